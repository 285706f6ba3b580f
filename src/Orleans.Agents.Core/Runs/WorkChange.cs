using System.Collections.Immutable;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>
/// How the outstanding work of a run changed, found without listing all of it: 10,000 branches listed at each of their
/// results would be 100 million.
/// </summary>
/// <param name="Ended">What need not be under way any more.</param>
/// <param name="Begun">What must be under way now and was not, or from another moment on.</param>
/// <param name="WakeAt">When the run wants to be woken, whether that changed or not.</param>
public sealed record WorkChange(
    ImmutableArray<WorkKey> Ended, ImmutableArray<RunWork> Begun, DateTimeOffset? WakeAt)
{
    /// <summary>
    /// The difference that some facts made: what <see cref="Run.Outstanding"/> lists in the one state and not in the other.
    /// </summary>
    /// <param name="workflow">The definition the run is pinned to.</param>
    /// <param name="before">The run's state before the facts.</param>
    /// <param name="happened">The facts.</param>
    /// <param name="after">The run's state after them.</param>
    public static WorkChange Between(
        Workflow workflow, RunState before, ImmutableArray<RunEvent> happened, RunState after)
    {
        var ended = ImmutableArray.CreateBuilder<WorkKey>(1);
        var begun = ImmutableArray.CreateBuilder<RunWork>(1);
        if (before.Visit != after.Visit)
        {
            // Nothing of one visit goes on in another.
            foreach (var (branch, _) in before.Open)
            {
                Compare(workflow, before, after, branch, ended, begun);
            }

            foreach (var (branch, _) in after.Open)
            {
                if (!before.Open.ContainsKey(branch))
                {
                    Compare(workflow, before, after, branch, ended, begun);
                }
            }
        }
        else
        {
            foreach (var branch in Touched(happened, before, after))
            {
                Compare(workflow, before, after, branch, ended, begun);
            }
        }

        return new WorkChange(ended.DrainToImmutable(), begun.DrainToImmutable(), Moments.NextOf(after));
    }

    /// <summary>All outstanding work of a run, where none of it is under way.</summary>
    public static WorkChange Whole(Workflow workflow, RunState state) => new(
        [], [.. Run.Outstanding(workflow, state).Where(work => work is not RunWork.WakeAt)], Moments.NextOf(state));

    // The branches that facts speak of; what leaves everything undone speaks of all.
    private static SortedSet<int> Touched(ImmutableArray<RunEvent> happened, RunState before, RunState after)
    {
        var touched = new SortedSet<int>();
        foreach (var e in happened)
        {
            switch (e)
            {
                case RunEvent.StateLeft or RunEvent.Closing or RunEvent.Succeeded or RunEvent.Failed or RunEvent.TakenOver
                    or RunEvent.Suspended or RunEvent.Resumed:
                    touched.UnionWith(before.Open.Keys);
                    touched.UnionWith(after.Open.Keys);
                    break;
                case RunEvent.BranchesStarted started:
                    touched.UnionWith(Enumerable.Range(started.First, started.Count));
                    break;
                default:
                    if (BranchOf(e) is { } branch)
                    {
                        touched.Add(branch);
                    }

                    break;
            }
        }

        return touched;
    }

    private static int? BranchOf(RunEvent happened) => happened switch
    {
        RunEvent.ActivitySucceeded e => e.Branch,
        RunEvent.ActivityFailed e => e.Branch,
        RunEvent.RetryScheduled e => e.Branch,
        RunEvent.BranchFailed e => e.Branch,
        RunEvent.ActivityIntended e => e.Branch,
        RunEvent.ActivityUnknown e => e.Branch,
        RunEvent.ActivityReconciled e => e.Branch,
        RunEvent.ActivityDecided e => e.Branch,
        RunEvent.ChildStarted e => e.Branch,
        RunEvent.ChildAbandoned e => e.Branch,
        RunEvent.RunLaunched e => e.Branch,
        _ => null,
    };

    private static void Compare(
        Workflow workflow,
        RunState before,
        RunState after,
        int branch,
        ImmutableArray<WorkKey>.Builder ended,
        ImmutableArray<RunWork>.Builder begun)
    {
        var was = Run.PlaceOf(before, branch);
        var now = Run.PlaceOf(after, branch);
        if (was == now)
        {
            return;
        }

        if (was is { } old && old.Key != now?.Key)
        {
            ended.Add(old.Key);
        }

        if (now is not null)
        {
            begun.Add(Run.WorkOf(workflow, after, branch));
        }
    }
}
