using System.Collections.Immutable;
using System.Text;
using Orleans.Agents.Cli.Progress;
using Orleans.Agents.Definitions;

namespace Orleans.Agents.Cli;

/// <summary>Plans of workflows, for people.</summary>
internal static class PlanText
{
    private const int ShownHash = 12;

    /// <summary>A line per workflow.</summary>
    public static string Overview(IReadOnlyCollection<Definition> definitions) => definitions.Count == 0
        ? ""
        : TextTable.Of(
            ["WORKFLOW", "VERSION", "STATES", "START", "HASH"],
            definitions.Select(d => d.Plan).Select(p => (ImmutableArray<string>)
            [
                p.Workflow, p.Version ?? "", $"{p.States.Length}", p.Start, p.Hash[..ShownHash],
            ]));

    /// <summary>All that a run of a workflow may do.</summary>
    public static string Of(Plan plan)
    {
        var text = new StringBuilder();
        text.Append($"{plan.Workflow} {plan.Version}".TrimEnd()).Append('\n');
        Line(text, plan.Description);
        Line(text, $"definition {plan.Hash}");
        Line(text, $"budget     {plan.Activities} activities, {Durations.TextOf(plan.Time)} active");
        Line(text, plan.Deadline is { } deadline ? $"deadline   {Durations.TextOf(deadline)}" : null);
        Line(text, plan.Read.IsEmpty ? null : $"reads      {string.Join(", ", plan.Read)}");
        Line(text, plan.Write.IsEmpty ? null : $"writes     {string.Join(", ", plan.Write)}");
        Line(text, plan.Env.IsEmpty ? null : $"env        {string.Join(", ", plan.Env)}");
        text.Append('\n').Append(TextTable.Of(["STATE", "DOES", "BOUNDS", "NEXT"], plan.States.Select(RowOf)));
        return text.ToString();
    }

    private static ImmutableArray<string> RowOf(PlannedState state)
    {
        var model = state.Model is null ? "" : $" ({state.Model})";
        var bounds = new[]
        {
            state.MaxVisits is { } visits ? $"{visits} visits" : null,
            state.Attempts is > 1 and var attempts ? $"{attempts} attempts" : null,
            state.Timeout is { } timeout ? $"{Durations.TextOf(timeout)} each" : null,
        };
        var ways = state.Next.Select(n => n.When is null ? n.To : $"{n.To} when {n.When}")
            .Concat(state.Catch.Select(c => $"{c.To} on {c.When}"));
        return
        [
            state.Name,
            $"{state.Kind} {state.Target}{model}".TrimEnd(),
            string.Join(", ", bounds.OfType<string>()),
            string.Join("; ", ways),
        ];
    }

    private static void Line(StringBuilder text, string? line)
    {
        if (line is not null)
        {
            text.Append("  ").Append(line).Append('\n');
        }
    }
}
