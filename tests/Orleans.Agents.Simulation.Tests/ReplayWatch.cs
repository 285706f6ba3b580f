using System.Collections.Immutable;
using Orleans.Agents.Replays;
using Orleans.Agents.Runs;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Simulation.Tests;

/// <summary>Decides once more what is stored of a run, from its facts alone.</summary>
internal static class ReplayWatch
{
    /// <summary>It is decided the same, also by a definition that says the same.</summary>
    public static void ReplaysTheSame(
        Workflow workflow, RunState state, List<(DateTimeOffset At, ImmutableArray<RunEvent> Events)> appends)
    {
        var replay = new Replay(workflow);
        var comparison = new Comparison(workflow, Renamed(workflow));
        Invariant.Check(
            appends.TrueForAll(append => replay.Take(append.Events, append.At)),
            Invariant.ReplayDecidesTheSame,
            $"run {state.Origin?.Run} is decided differently: {replay.Difference}");
        if (state.Origin!.Fork is not null)
        {
            return; // it was decided where it began; a comparison begins where a run does
        }

        appends.ForEach(append => comparison.Take(append.Events, append.At));
        var compared = comparison.Finish();
        Invariant.Check(
            compared is { Difference: null, Refusal: null, Unused: 0 },
            Invariant.ReplayDecidesTheSame,
            $"run {state.Origin?.Run} comes out differently by the same definition: {compared.Difference}, {compared.Unused} unused");
    }

    // One that runs itself runs what it is called now.
    private static Workflow Renamed(Workflow workflow)
    {
        const string Another = "another";
        var calls = workflow.Calls.Where(call => call.Value == workflow.Hash).Select(call => KeyValuePair.Create(call.Key, Another));
        return workflow with { Hash = Another, Calls = workflow.Calls.SetItems(calls) };
    }
}
