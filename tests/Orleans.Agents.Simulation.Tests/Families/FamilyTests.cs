using System.Collections.Immutable;
using Orleans.Agents.Runs;
using Orleans.Agents.Simulation.Tests.Rules;
using Orleans.Agents.Workflows;
using Xunit.Abstractions;

namespace Orleans.Agents.Simulation.Tests.Families;

/// <summary>
/// Properties of random workflows: whatever they fan out into, call, launch and run out of, every run ends or waits for somebody, no
/// budget is exceeded, all books balance, and a replay decides the same. A seed that breaks one is shown as the smallest definition
/// that does.
/// </summary>
public sealed class FamilyTests(ITestOutputHelper output)
{
    private const int EveryBuild = 500;

    [Fact]
    public void Random_workflows_end_or_wait_within_their_budgets_and_replay_the_same()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        Seeds.Play(output, EveryBuild, (seed, keepsTrace) => Play(seed, Run.Decide, keepsTrace, happened => seen.Add(NameOf(happened))));

        // A generator that leaves something out would hold it to nothing.
        Assert.Empty(seen.Count > 1 && Environment.GetEnvironmentVariable("AGENTS_SEED") is null ? Everything().Except(seen) : []);
    }

    [Fact]
    public void A_seed_names_one_family() => Assert.All(
        Enumerable.Range(0, 30),
        seed => Assert.Equal(Play(seed, Run.Decide, true).Trace, Play(seed, Run.Decide, true).Trace));

    [Fact]
    public void It_is_noticed_when_a_child_is_given_all_that_its_workflow_allows() => AssertFound(Invariant.WithinBudget, Generous);

    [Fact]
    public void What_breaks_a_promise_is_shown_as_the_smallest_definition_that_does()
    {
        var (seed, invariant) = Seeds.FirstBroken(400, static seed => Play(seed, Generous, false));
        var plot = new FamilyPlotWriter(seed).Write();

        var smallest = Shrunk(plot, seed, Generous, invariant);

        Assert.Equal(invariant, FamilyWorld.Play(smallest.Load().Workflow, seed, Generous, keepsTrace: false).Broken!.Invariant);
        Assert.True(smallest.ToString().Length < plot.ToString().Length, $"{smallest}");
        Assert.Contains(smallest.ToString().Split('\n')[^2], Play(seed, Generous, true).Trace);
    }

    [Fact]
    public void It_is_noticed_when_what_a_model_used_is_not_charged() =>
        AssertFound(Invariant.WithinBudget, static (workflow, state, command, now) =>
            Run.Decide(workflow, state, command is RunCommand.ReportSuccess told ? told with { Usage = Usage.None } : command, now));

    [Fact]
    public void It_is_noticed_when_a_takeover_starts_a_child_once_more() =>
        AssertFound(Invariant.OneRunAChild, static (workflow, state, command, now) =>
            Run.Decide(workflow, state, command, now) is Decision.Accepted accepted && command is RunCommand.TakeOver
                ? accepted with { Next = accepted.Next with { Open = accepted.Next.Open.ToImmutableSortedDictionary(o => o.Key, o => o.Value with { Child = null }) } }
                : Run.Decide(workflow, state, command, now));

    [Fact]
    public void It_is_noticed_when_a_fork_waits_for_the_children_of_the_other_run() =>
        AssertFound(Invariant.EveryRunEnds, static (workflow, state, command, now) => Run.Decide(
            workflow,
            state,
            command is RunCommand.Fork { Checkpoint: { Open.IsEmpty: false } checkpoint } && workflow.States[checkpoint.State] is State.WorkflowCall
                ? new RunCommand.Fork(checkpoint with
                {
                    AwaitedChildren = 1,
                    Open = checkpoint.Open.SetItem(0, checkpoint.Open[0] with { Child = checkpoint.Origin!.Fork!.Run, IsRetry = false }),
                })
                : command,
            now));

    private static Decision Generous(Workflow workflow, RunState state, RunCommand command, DateTimeOffset now) =>
        Run.Decide(workflow, state, command is RunCommand.Start start ? start with { Allotted = null } : command, now);

    private static Played Play(int seed, Decide decide, bool keepsTrace, Action<RunEvent>? happened = null)
    {
        var plot = new FamilyPlotWriter(seed).Write();
        var played = FamilyWorld.Play(plot.Load().Workflow, seed, decide, keepsTrace, happened);
        return played.Broken is { } broken && keepsTrace ? Explained(plot, seed, decide, broken) : played;
    }

    // The smallest definition that breaks the same promise, and what happens to it.
    private static Played Explained(FamilyPlot plot, int seed, Decide decide, BrokenInvariantException broken)
    {
        var smallest = Shrunk(plot, seed, decide, broken.Invariant);
        var again = FamilyWorld.Play(smallest.Load().Workflow, seed, decide, keepsTrace: true);
        return again with { Trace = [.. again.Trace, .. smallest.ToString().Split('\n')] };
    }

    private static FamilyPlot Shrunk(FamilyPlot plot, int seed, Decide decide, string invariant)
    {
        while (plot.Smaller().FirstOrDefault(Breaks) is { } smaller)
        {
            plot = smaller;
        }

        return plot;

        // Some are not definitions any more: a state that nothing leads to, say.
        bool Breaks(FamilyPlot smaller) => smaller.IsSound
            && FamilyWorld.Play(smaller.Load().Workflow, seed, decide, keepsTrace: false).Broken?.Invariant == invariant;
    }

    private static void AssertFound(string invariant, Decide planted) =>
        Assert.Equal(invariant, Seeds.FirstBroken(400, seed => Play(seed, planted, false)).Invariant);

    private static IEnumerable<string> Everything() =>
        typeof(RunEvent).GetNestedTypes().Select(type => type.Name).Except([nameof(RunEvent.SignalRefused)]);

    private static string NameOf(RunEvent happened) => happened.GetType().Name;
}
