using System.Text.Json;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;

namespace Orleans.Agents.Simulation.Tests;

/// <summary>Looks at where a run begins that was forked from another.</summary>
internal static class ForkWatch
{
    /// <summary>It begins with what the other one had come to.</summary>
    /// <param name="checkpoint">What it begins with.</param>
    /// <param name="cut">What the facts of the other one make of it at that version; null when it never had one.</param>
    public static void BeginsAtTheCut(RunState checkpoint, RunState? cut) => Invariant.Check(
        cut is not null && Standing(cut) == Standing(checkpoint),
        Invariant.ForksBeginAtTheCut,
        $"it begins with {Standing(checkpoint)}; {checkpoint.Origin!.Fork} had {Standing(cut ?? RunState.Initial)}");

    // What has been decided so far, whoever the run is.
    private static string Standing(RunState state) => JsonSerializer.Serialize(
        RunState.Initial with
        {
            State = state.State,
            Visit = state.Visit,
            Visits = state.Visits,
            Context = state.Context,
            Signals = state.Signals,
            ActivitiesUsed = state.ActivitiesUsed,
            LaunchesUsed = state.LaunchesUsed,
            ActiveTime = state.ActiveTime,
            Books = state.Books is { } books ? books with { Reserved = null } : null,
        },
        RunJson.Default.RunState);
}
