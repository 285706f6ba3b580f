using Orleans.Agents.Failures;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>The moments a run waits for, and what it means that one has passed.</summary>
internal static class Moments
{
    /// <summary>When a run wants to be woken.</summary>
    public static DateTimeOffset? NextOf(RunState state) =>
        state is { Status: RunStatus.Running, Ending: null, Suspension: null }
            ? RunTime.Earlier(RunTime.Earlier(state.WakeAt, state.Bounds!.Deadline), ChildRules.NextTimeout(state))
            : null;

    /// <summary>Some moment may have passed.</summary>
    public static Decision Pass(Workflow workflow, RunState state, DateTimeOffset at)
    {
        if (state.Suspension is not null)
        {
            return new Decision.Ignored("The run is suspended.");
        }

        if (state.WakeAt is not { } due || due > at)
        {
            return ChildRules.TimeOut(workflow, state, at) ?? new Decision.Ignored("Nothing is due.");
        }

        var draft = new Draft(workflow, state, at);
        if (state.FanOut is { } fan)
        {
            draft.FailState(new Failure(
                FailureClass.Timeout,
                FailureCode.BranchesTimeout,
                $"The branches were to be done by {due:O}; {fan.Succeeded} of {fan.Count} had succeeded."));
        }
        else if (state.Awaited is { } awaited)
        {
            draft.FailState(new Failure(
                FailureClass.Timeout, FailureCode.SignalTimeout, $"Signal '{awaited.Signal}' was to come by {due:O}."));
        }
        else
        {
            draft.Leave(Payload.Null);
        }

        return draft.Accept();
    }

    /// <summary>
    /// The deadline has passed. A result that is told from then on is recorded all the same: the run may wait for just that
    /// one before it ends, and nobody will tell it again.
    /// </summary>
    public static Decision.Accepted EndAtDeadline(
        Workflow workflow, RunState state, RunCommand command, DateTimeOffset at)
    {
        var draft = new Draft(workflow, state, at);
        EndAtDeadline(draft);
        var ended = draft.Accept();
        return IsResult(command) && Run.Decide(workflow, ended.Next, command, at) is Decision.Accepted told
            ? ended with { Events = ended.Events.AddRange(told.Events), Next = told.Next }
            : ended;
    }

    /// <summary>The deadline has passed.</summary>
    public static void EndAtDeadline(Draft draft) => draft.FailRun(new Failure(
        FailureClass.Timeout,
        FailureCode.Deadline,
        $"The run was to be over by {draft.Current.Bounds!.Deadline:O}; it was in state '{draft.Current.State}'."));

    private static bool IsResult(RunCommand command) => command is RunCommand.ReportSuccess or RunCommand.ReportFailure
        or RunCommand.ReportLate or RunCommand.ReportChild;
}
