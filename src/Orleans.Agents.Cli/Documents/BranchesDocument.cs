using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using Orleans.Agents.Runs;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Cli.Documents;

/// <summary>How far the branches of a state have come.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Needed">How many have to succeed.</param>
/// <param name="Succeeded">How many have.</param>
/// <param name="Failed">How many have failed for good.</param>
/// <param name="Waiting">How many have not been started.</param>
/// <param name="Until">When the state fails if it is not done.</param>
/// <param name="Open">Those that are under way; null where only their number is known.</param>
internal sealed record BranchesDocument(
    int Count,
    int Needed,
    int Succeeded,
    int Failed,
    int Waiting,
    DateTimeOffset? Until,
    ImmutableArray<BranchDocument>? Open)
{
    /// <summary>How many are under way.</summary>
    [JsonIgnore]
    public int UnderWay => Open?.Length ?? Count - Succeeded - Failed - Waiting;

    /// <summary>The branches of a state.</summary>
    public static BranchesDocument Of(RunState state, FanOut fan, Workflow workflow) => new(
        fan.Count,
        fan.Needed,
        fan.Succeeded,
        fan.Failed,
        fan.Count - fan.Next,
        state.WakeAt,
        [
            .. state.Open.Select(o => new BranchDocument(
                NameOf(workflow.States[state.State], fan, o.Key),
                o.Value.Attempt,
                o.Value.AwaitsDecision ? "undecided" : o.Value.IsRetry ? state.Suspension is null ? "waits for its next attempt" : "held back" : "under way",
                o.Value.IsRetry && state.Suspension is null ? o.Value.Since : null)),
        ]);

    private static string NameOf(State state, FanOut fan, int branch) => state is State.Parallel parallel
        ? parallel.Branches[branch].Name
        : fan.Keys is { } keys ? keys[branch] : branch.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A branch that is under way.</summary>
/// <param name="Branch">Its name, the key of its item, or the item's number.</param>
/// <param name="Attempt">Which attempt it is.</param>
/// <param name="Status">What it does.</param>
/// <param name="NotBefore">When its next attempt is made.</param>
internal sealed record BranchDocument(string Branch, int Attempt, string Status, DateTimeOffset? NotBefore);
