using Orleans.Agents.Budgets;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Simulation.Tests.Families;

/// <summary>What a tree of runs did use, whoever heard of it: that is never more than its root was allowed.</summary>
internal sealed class FamilyPurse
{
    private long tokens;
    private long microUsd;

    /// <summary>A model answered.</summary>
    public void Used(RunCommand report)
    {
        var usage = (report as RunCommand.ReportSuccess)?.Usage;
        tokens += (usage?.InputTokens ?? 0) + (usage?.OutputTokens ?? 0);
        microUsd += usage?.MicroUsd ?? 0;
    }

    /// <summary>What a parent is told of the end of its child.</summary>
    public static RunCommand EndOf(RunState ended, RunParent parent)
    {
        var output = ended.Failure is null ? ended.Output : (Values.Payload?)null;
        return new RunCommand.ReportChild(
            parent.Visit, parent.Branch, parent.Attempt, output, ended.Failure, Books.Of(ended));
    }

    /// <summary>Compares with the bounds of the root.</summary>
    public void StayedWithin(RunBounds bounds, IReadOnlyCollection<FamilyRun> runs)
    {
        Within("activities", runs.Sum(run => run.State.ActivitiesUsed), bounds.Activities);
        Within("launches", runs.Sum(run => run.State.LaunchesUsed ?? 0), bounds.Launches);
        Within("tokens", tokens, bounds.Tokens);
        Within("money", microUsd, bounds.MicroUsd);
    }

    private static void Within(string what, long used, long? bound) => RunWatch.Check(
        used <= bound, Invariant.WithinBudget, $"all runs together used {used} of {what}; the first of them was allowed {bound}");
}
