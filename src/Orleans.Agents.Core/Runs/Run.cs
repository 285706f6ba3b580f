using System.Collections.Immutable;
using System.Diagnostics;
using Orleans.Agents.Failures;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>The rules of a run. Pure: the same arguments give the same answer on any machine, for ever.</summary>
public static class Run
{
    /// <summary>Decides what a command means for a run in a given state.</summary>
    /// <param name="workflow">The definition the run is pinned to.</param>
    /// <param name="state">What is known about the run.</param>
    /// <param name="command">What is wanted of it.</param>
    /// <param name="now">The time; a clock that runs behind the run's last fact is not believed.</param>
    public static Decision Decide(Workflow workflow, RunState state, RunCommand command, DateTimeOffset now)
    {
        var at = RunTime.Later(state.Now, RunTime.Truncate(now));
        return (state.Status, command) switch
        {
            (RunStatus.New, RunCommand.Start start) => OnStart(workflow, state, start, at),
            (RunStatus.New, _) => new Decision.Rejected("The run has not been started."),
            (_, RunCommand.Start) => new Decision.Ignored("The run has been started."),
            (RunStatus.Succeeded or RunStatus.Failed, _) => new Decision.Ignored("The run is over."),
            (RunStatus.Running, RunCommand.TakeOver takeOver) => OnTakeOver(workflow, state, takeOver, at),
            (RunStatus.Running, _) when state.Bounds!.Deadline <= at => OnDeadline(workflow, state, at),
            (RunStatus.Running, RunCommand.ReportSuccess report) => OnSuccess(workflow, state, report, at),
            (RunStatus.Running, RunCommand.ReportFailure report) => OnFailure(workflow, state, report, at),
            (RunStatus.Running, RunCommand.Wake) => OnWake(workflow, state, at),
            (RunStatus.Running, RunCommand.Cancel cancel) => OnCancel(workflow, state, cancel, at),
            _ => throw new UnreachableException($"{state.Status} and {command.GetType().Name}"),
        };
    }

    /// <summary>Applies one fact. Never refuses: the fact has already happened.</summary>
    public static RunState Evolve(RunState state, RunEvent happened, DateTimeOffset at) =>
        RunEvolution.Apply(state, happened, at) with { Version = state.Version + 1, Now = at };

    /// <summary>Applies the facts of one append.</summary>
    public static RunState Evolve(RunState state, ImmutableArray<RunEvent> happened, DateTimeOffset at) =>
        happened.Aggregate(state, (current, next) => Evolve(current, next, at));

    /// <summary>
    /// Lists the work that must be under way in a state. A crash loses nothing: the shell asks again and gets the same
    /// list, so starting up and carrying on are one code path.
    /// </summary>
    public static ImmutableArray<RunWork> Outstanding(Workflow workflow, RunState state)
    {
        if (state.Status != RunStatus.Running)
        {
            return [];
        }

        var work = ImmutableArray.CreateBuilder<RunWork>();
        foreach (var (branch, activity) in state.Open)
        {
            work.Add(AttemptOf(workflow, state, branch, activity));
        }

        if (RunTime.Earlier(state.WakeAt, state.Bounds!.Deadline) is { } due)
        {
            work.Add(new RunWork.WakeAt(due));
        }

        return work.DrainToImmutable();
    }

    private static RunWork.Attempt AttemptOf(Workflow workflow, RunState state, int branch, OpenActivity activity)
    {
        var definition = workflow.States[state.State];
        var remaining = state.Bounds!.ActiveTime - state.ActiveTime;
        var rendered = RunScope.TryRender(definition.Input, workflow, state, out var input, out var failure);
        return new RunWork.Attempt(
            new ActivityId(new RunId(state.Origin!.Run), state.Visit, branch),
            activity.Attempt,
            state.State,
            rendered ? input : throw new UnreachableException($"The input of {state.State} was rendered: {failure}"),
            activity.IsRetry ? activity.Since : null,
            definition.Timeout < remaining ? definition.Timeout.Value : remaining);
    }

    private static Decision OnStart(Workflow workflow, RunState state, RunCommand.Start start, DateTimeOffset at)
    {
        if (start.Input.Length > RunLimits.PayloadBytes)
        {
            return new Decision.Rejected(
                $"The input has {start.Input.Length} bytes; at most {RunLimits.PayloadBytes} are allowed.");
        }

        var draft = new Draft(workflow, state, at);
        draft.Start(start);
        return draft.Accept();
    }

    private static Decision.Accepted OnTakeOver(
        Workflow workflow, RunState state, RunCommand.TakeOver takeOver, DateTimeOffset at)
    {
        // A process may take over from one that was started later, or take on what a younger one put down. What a tool
        // keeps as the greatest epoch it was called under must refuse the old carrier then, not the new one.
        var draft = new Draft(workflow, state, at);
        draft.Add(new RunEvent.TakenOver(Math.Max(takeOver.Epoch.Value, state.Epoch + 1)));
        return draft.Accept();
    }

    private static Decision.Accepted OnDeadline(Workflow workflow, RunState state, DateTimeOffset at)
    {
        var draft = new Draft(workflow, state, at);
        draft.FailRun(new Failure(
            FailureClass.Timeout,
            FailureCode.Deadline,
            $"The run was to be over by {state.Bounds!.Deadline:O}; it was in state '{state.State}'."));
        return draft.Accept();
    }

    private static Decision OnSuccess(
        Workflow workflow, RunState state, RunCommand.ReportSuccess report, DateTimeOffset at)
    {
        if (!IsCurrent(state, report.Visit, report.Branch, report.Attempt))
        {
            return new Decision.Ignored("The attempt is no longer the one that counts.");
        }

        if (report.Output.Length > RunLimits.PayloadBytes)
        {
            return OnFailure(workflow, state, TooLarge(report), at);
        }

        var draft = new Draft(workflow, state, at);
        draft.Add(new RunEvent.ActivitySucceeded(
            report.Visit, report.Branch, report.Attempt, report.Output, report.Usage));
        draft.Leave(report.Output);
        return draft.Accept();
    }

    private static RunCommand.ReportFailure TooLarge(RunCommand.ReportSuccess report) => new(
        report.Visit,
        report.Branch,
        report.Attempt,
        new Failure(
            FailureClass.Permanent,
            FailureCode.PayloadTooLarge,
            $"The output has {report.Output.Length} bytes; at most {RunLimits.PayloadBytes} are allowed."));

    private static Decision OnFailure(
        Workflow workflow, RunState state, RunCommand.ReportFailure report, DateTimeOffset at)
    {
        if (!IsCurrent(state, report.Visit, report.Branch, report.Attempt))
        {
            return new Decision.Ignored("The attempt is no longer the one that counts.");
        }

        report = report with { Failure = report.Failure.WithoutDeepCauses() };
        var draft = new Draft(workflow, state, at);
        draft.Add(new RunEvent.ActivityFailed(report.Visit, report.Branch, report.Attempt, report.Failure));
        draft.RetryOrFail(report);
        return draft.Accept();
    }

    private static Decision OnWake(Workflow workflow, RunState state, DateTimeOffset at)
    {
        if (state.WakeAt is not { } due || due > at)
        {
            return new Decision.Ignored("Nothing is due.");
        }

        var draft = new Draft(workflow, state, at);
        draft.Leave(Values.Payload.Null);
        return draft.Accept();
    }

    // No catch is asked: a run that could catch its cancellation could not be stopped.
    private static Decision.Accepted OnCancel(
        Workflow workflow, RunState state, RunCommand.Cancel cancel, DateTimeOffset at)
    {
        var draft = new Draft(workflow, state, at);
        draft.FailRun(new Failure(
            FailureClass.Cancelled,
            FailureCode.Cancelled,
            Shortened(cancel.Reason) is { Length: > 0 } reason
                ? $"The run was cancelled: {reason}"
                : "The run was cancelled."));
        return draft.Accept();
    }

    // A pair of surrogates stays whole, or what is stored would be no text.
    private static string? Shortened(string? reason)
    {
        const int most = RunLimits.ReasonLength;
        return reason is null || reason.Length <= most
            ? reason
            : reason[..(char.IsHighSurrogate(reason[most - 1]) ? most - 1 : most)];
    }

    private static bool IsCurrent(RunState state, int visit, int branch, int attempt) =>
        state.Visit == visit && state.Open.TryGetValue(branch, out var open) && open.Attempt == attempt;
}
