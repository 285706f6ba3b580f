using System.Collections.Immutable;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli.Documents;

/// <summary>A call whose outcome nobody knows, waiting for a decision.</summary>
/// <param name="Activity">The idempotency key the tool was given.</param>
/// <param name="State">The state that asked for it.</param>
/// <param name="Branch">The branch of the state.</param>
/// <param name="Attempt">Which attempt it was.</param>
/// <param name="Why">Why nobody knows.</param>
/// <param name="Decide">The commands that decide about it.</param>
internal sealed record UndecidedDocument(
    string Activity, string State, int Branch, int Attempt, FailureDocument Why, ImmutableArray<string> Decide)
{
    /// <summary>All that a run waits for.</summary>
    public static ImmutableArray<UndecidedDocument> AllOf(RunState state) =>
    [
        .. state.Open.Where(o => o.Value.AwaitsDecision).Select(o => Of(
            new ActivityId(new RunId(state.Origin!.Run), state.Visit, o.Key), state.State, o.Value)),
    ];

    /// <summary>The commands that decide about a call of a run.</summary>
    public static ImmutableArray<string> CommandsOf(string run, string activity)
    {
        var command = $"agents runs decide {run} {activity}";
        return [$"{command} --retry", $"{command} --accept '<output as JSON>'", $"{command} --fail '<reason>'"];
    }

    private static UndecidedDocument Of(ActivityId activity, string state, OpenActivity open) => new(
        activity.ToString(),
        state,
        activity.Branch,
        open.Attempt,
        FailureDocument.Of(open.Call!.Unknown!),
        CommandsOf(activity.Run.Value, activity.ToString()));
}

/// <summary>What was decided about a call.</summary>
internal sealed record DecidedDocument(string Run, string Activity, int Attempt, string Verdict);
