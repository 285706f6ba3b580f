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

    public static State.WorkflowCall Child(string name, string? next = null, string workflow = "child", string? input = null) =>
        new(workflow)
        {
            Name = name,
            Input = input is null ? null : Json(input),
            Next = next is null ? [] : [To(next)],
        };

    /// <summary>A workflow that may run another, which is called <c>child</c>.</summary>
    public static Workflow Calling(Workflow child, params State[] states) => Of(states) with
    {
        Calls = Empty.Calls.Add("child", child.Hash),
        Children = Empty.Children.Add(child.Hash, child),
    };

    private static Workflow Empty { get; } = Of(End());

    /// <summary>Branches by name, each a tool with an input of its own.</summary>
    public static State.Parallel Parallel(string name, string? next, Settlement settlement, params (string Name, string? Input)[] branches) =>
        new([.. branches.Select(b => new Branch(b.Name, Tool(name + "." + b.Name, input: b.Input)))], settlement)
        {
            Name = name,
            Next = next is null ? [] : [To(next)],
        };

    /// <summary>A tool for each of a list of items, which are called <c>item</c>.</summary>
    public static State.ForEach ForEach(
        string name,
        string? next,
        string list,
        int limit = Items.DefaultLimit,
        string? key = null,
        Settlement? settlement = null,
        string input = "\"${{ item }}\"") =>
        new(
            Tool(name) with { Input = Json(input, "item") },
            new Items(Json(list), "item", limit, key is null ? null : Json(key, "item")),
            settlement ?? Settlement.All)
        {
            Name = name,
            Next = next is null ? [] : [To(next)],
        };

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

    public static State.Await Await(string name, string signal, string next = "") =>
        new(signal) { Name = name, Next = next.Length == 0 ? [] : [To(next)] };

    public static State.End End(string name = "done", string output = "null") => new(Json(output)) { Name = name };

    public static State.Fail Fail(string name, string code, string message) =>
        new(code, Json(message)) { Name = name };

    public static Transition To(string target, string? when = null) =>
        new(when is null ? null : Expr(when), target);

    public static Catch On(string pattern, string to, params Assignment[] save) => new([pattern], to, [.. save]);

    public static Assignment Save(string name, string template) => new(name, Json(template));

    public static Template Json(string json, params string[] items) =>
        Template.TryCompile(
            Payload.Parse(json), items.Aggregate(ExpressionNames.All, (all, item) => all.With(item)), out var template, out var errors)
            ? template
            : throw new FormatException(errors[0].ToString());

    public static Expression Expr(string text) =>
        Expression.TryParse(text, ExpressionNames.All, out var expression, out var error)
            ? expression
            : throw new FormatException(error.ToString());
}
