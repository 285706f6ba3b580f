using System.Collections.Immutable;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>
/// The rules of suspending: a suspended run takes the results of what was under way, and may come to other states and to its
/// end by them, but it begins nothing, takes no signal and lets no moment come, its deadline among them. The child runs that
/// it waits for are suspended and resumed along with it.
/// </summary>
internal static class SuspensionRules
{
    public static Decision Suspend(Workflow workflow, RunState state, RunCommand.Suspend suspend, DateTimeOffset at)
    {
        // Who suspends a child for itself means it to stay so when its parent goes on.
        if (state.Suspension is { } before && (suspend.IsByParent || before.IsByParent is not true))
        {
            return new Decision.Ignored("The run is suspended.");
        }

        var draft = new Draft(workflow, state, at);
        draft.Add(new RunEvent.Suspended(
            Reason.Shortened(suspend.Reason),
            suspend.IsByParent ? true : null,
            state.Suspension is null ? HeldBack(workflow, state, suspend.IsAtRest) : null));
        return draft.Accept();
    }

    public static Decision Resume(Workflow workflow, RunState state, RunCommand.Resume resume, DateTimeOffset at)
    {
        if (state.Suspension is not { } suspension || (resume.IsByParent && suspension.IsByParent is not true))
        {
            return new Decision.Ignored(
                state.Suspension is null ? "The run is not suspended." : "The run is suspended for itself.");
        }

        var draft = new Draft(workflow, state, at);
        draft.Add(new RunEvent.Resumed());
        if (state.Bounds!.Deadline <= at)
        {
            Moments.EndAtDeadline(draft);
        }
        else
        {
            SignalRules.TakeKept(draft);
        }

        return draft.Accept();
    }

    /// <summary>Whether an activity does not begin, because the run is suspended.</summary>
    public static bool HoldsBack(RunState state, OpenActivity activity) =>
        state.Suspension is not null && (activity.IsRetry || activity.AwaitsReconciliation);

    // What is asked for and was not begun: all of it, where the carrier says so; else runs that are to be started, which
    // takes a decision of this run.
    internal static ImmutableArray<int>? HeldBack(Workflow workflow, RunState state, bool isAtRest)
    {
        var held = ImmutableArray.CreateBuilder<int>();
        foreach (var (branch, activity) in state.Open)
        {
            if (activity is { Child: null, Call: null }
                && (isAtRest || workflow.States[state.State].ActivityOf(branch) is State.WorkflowCall or State.Launch))
            {
                held.Add(branch);
            }
        }

        return held.Count == 0 ? null : held.DrainToImmutable();
    }
}
