using System.Collections.Immutable;
using Orleans.Agents.Expressions;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Core.Tests.Runs;

/// <summary>Small workflows, written the way a test reads best.</summary>
internal static class Flow
{
    public static RetryRule Thrice { get; } = new(
        3, TimeSpan.FromSeconds(1), 2, TimeSpan.FromSeconds(30), 0, ["transient", "timeout"]);

    public static Workflow Of(params State[] states) => new()
    {
        Name = "test",
        Hash = "hash",
        Start = states[0].Name,
        States = states.ToImmutableSortedDictionary(s => s.Name, s => s, StringComparer.Ordinal),
    };

    public static State.ToolCall Tool(string name, string? next = null, string? input = null) => new("tool")
    {
        Name = name,
        Input = input is null ? null : Json(input),
        Next = next is null ? [] : [To(next)],
    };

    public static State.ToolCall Once(string name, string? next = null, bool canReconcile = false) =>
        Tool(name, next) with { Effect = ToolEffect.Once, CanReconcile = canReconcile };

    public static State.Pass Pass(string name, string? next = null, string? input = null) => new()
    {
        Name = name,
        Input = input is null ? null : Json(input),
        Next = next is null ? [] : [To(next)],
    };

    public static State.Wait Wait(string name, TimeSpan duration, string next) =>
        new(duration, null) { Name = name, Next = [To(next)] };

    public static State.Wait WaitUntil(string name, string until, string next) =>
        new(null, Json(until)) { Name = name, Next = [To(next)] };

    public static State.End End(string name = "done", string output = "null") => new(Json(output)) { Name = name };

    public static State.Fail Fail(string name, string code, string message) =>
        new(code, Json(message)) { Name = name };

    public static Transition To(string target, string? when = null) =>
        new(when is null ? null : Expr(when), target);

    public static Catch On(string pattern, string to, params Assignment[] save) => new([pattern], to, [.. save]);

    public static Assignment Save(string name, string template) => new(name, Json(template));

    public static Template Json(string json) =>
        Template.TryCompile(Payload.Parse(json), ExpressionNames.All, out var template, out var errors)
            ? template
            : throw new FormatException(errors[0].ToString());

    public static Expression Expr(string text) =>
        Expression.TryParse(text, ExpressionNames.All, out var expression, out var error)
            ? expression
            : throw new FormatException(error.ToString());
}
