using Orleans.Agents.Budgets;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Simulation.Tests.Families;

/// <summary>
/// What each tree of runs did use, whoever heard of it: that is never more than its root was allowed. A run that was forked is
/// the root of a tree of its own.
/// </summary>
internal sealed class FamilyPurse
{
    private readonly Dictionary<string, (long Tokens, long MicroUsd)> used = new(StringComparer.Ordinal);

    /// <summary>A model answered.</summary>
    public void Used(FamilyRun run, RunCommand report)
    {
        var usage = (report as RunCommand.ReportSuccess)?.Usage;
        var (tokens, microUsd) = used.GetValueOrDefault(RootOf(run));
        tokens += (usage?.InputTokens ?? 0) + (usage?.OutputTokens ?? 0);
        used[RootOf(run)] = (tokens, microUsd + (usage?.MicroUsd ?? 0));
    }

    /// <summary>What a parent is told of the end of its child.</summary>
    public static RunCommand EndOf(RunState ended, RunParent parent)
    {
        var output = ended.Failure is null ? ended.Output : (Values.Payload?)null;
        return new RunCommand.ReportChild(
            parent.Visit, parent.Branch, parent.Attempt, output, ended.Failure, Books.Of(ended));
    }

    /// <summary>Compares with the bounds of the roots.</summary>
    public void StayedWithin(IEnumerable<FamilyRun> runs)
    {
        foreach (var tree in runs.GroupBy(RootOf))
        {
            var bounds = tree.Single(run => run.Id.Value == tree.Key).State.Bounds!;
            var (tokens, microUsd) = used.GetValueOrDefault(tree.Key);
            Within("activities", tree.Sum(run => run.State.ActivitiesUsed), bounds.Activities);
            Within("launches", tree.Sum(run => run.State.LaunchesUsed ?? 0), bounds.Launches);
            Within("tokens", tokens, bounds.Tokens);
            Within("money", microUsd, bounds.MicroUsd);
        }
    }

    private static string RootOf(FamilyRun run) => run.State.Origin!.Parent?.Root ?? run.Id.Value;

    private static void Within(string what, long used, long? bound) => Invariant.Check(
        used <= bound, Invariant.WithinBudget, $"all runs of a tree together used {used} of {what}; its root was allowed {bound}");
}
