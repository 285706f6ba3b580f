using System.Collections.Immutable;
using System.Diagnostics;
using Orleans.Agents.Failures;
using Orleans.Agents.Values;
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
            (RunStatus.New, RunCommand.Fork fork) => ForkRules.Begin(workflow, state, fork, at),
            (RunStatus.New, _) => new Decision.Rejected("The run has not been started."),
            (_, RunCommand.Start or RunCommand.Fork) => new Decision.Ignored("The run has been started."),
            (RunStatus.Succeeded or RunStatus.Failed, _) => new Decision.Ignored("The run is over."),
            (RunStatus.Running, RunCommand.TakeOver takeOver) => OnTakeOver(workflow, state, takeOver, at),
            (RunStatus.Running, _) when state.Ending is not null => OnClosing(workflow, state, command, at),
            (RunStatus.Running, RunCommand.Suspend suspend) when !IsLate(state, at) =>
                SuspensionRules.Suspend(workflow, state, suspend, at),
            (RunStatus.Running, RunCommand.Resume resume) when !IsLate(state, at) =>
                SuspensionRules.Resume(workflow, state, resume, at),
            (RunStatus.Running, _) when IsLate(state, at) => Moments.EndAtDeadline(workflow, state, command, at),
            (RunStatus.Running, RunCommand.ReportSuccess report) => OnSuccess(workflow, state, report, at),
            (RunStatus.Running, RunCommand.ReportFailure report) => OnFailure(workflow, state, report, at),
            (RunStatus.Running, RunCommand.Intend intend) => CallRules.Intend(workflow, state, intend, at),
            (RunStatus.Running, RunCommand.ReportReconciled report) => CallRules.Reconcile(workflow, state, report, at),
            (RunStatus.Running, RunCommand.Decide decide) => CallRules.Decide(workflow, state, decide, at),
            (RunStatus.Running, RunCommand.ReportLate report) => OnReportedLate(workflow, state, report, at),
            (RunStatus.Running, RunCommand.StartChild start) => ChildRules.Start(workflow, state, start, at),
            (RunStatus.Running, RunCommand.ReportChild report) => ChildRules.Report(workflow, state, report, at),
            (RunStatus.Running, RunCommand.Rest rest) => ChildRules.Rest(workflow, state, rest, at),
            (RunStatus.Running, RunCommand.Signal signal) => SignalRules.Receive(workflow, state, signal, at),
            (RunStatus.Running, RunCommand.Hear hear) => Messages.MessageRules.Hear(workflow, state, hear, at),
            (RunStatus.Running, RunCommand.Wake) => Moments.Pass(workflow, state, at),
            (RunStatus.Running, RunCommand.Cancel cancel) => OnCancel(workflow, state, cancel, at),
            _ => throw new UnreachableException($"{state.Status} and {command.GetType().Name}"),
        };
    }

    /// <summary>Applies one fact. Never refuses: the fact has already happened.</summary>
    public static RunState Evolve(RunState state, RunEvent happened, DateTimeOffset at)
    {
        var next = RunEvolution.Apply(state, happened, at);
        next = next.Crashes is not null && CrashRules.IsProgress(happened) ? next with { Crashes = null } : next;
        next = SizeEvolution.Notice(next, happened, state.Version + 1, at);
        next = ReferenceEquals(next, state) ? state with { } : next;

        // Nobody else has seen it yet; a second copy for these two would be most of what a fact costs.
        next.Version = state.Version + 1;
        next.Now = at;
        return next;
    }

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
            if (activity is { AwaitsDecision: false, Child: null } && !SuspensionRules.HoldsBack(state, activity))
            {
                work.Add(WorkOf(workflow, state, branch));
            }
        }

        if (Moments.NextOf(state) is { } due)
        {
            work.Add(new RunWork.WakeAt(due));
        }

        return work.DrainToImmutable();
    }

    /// <summary>Which work a branch asks for, and from when on, without rendering it; null when it asks for none.</summary>
    internal static (WorkKey Key, DateTimeOffset? StartsAt)? PlaceOf(RunState state, int branch)
    {
        if (state.Status != RunStatus.Running
            || !state.Open.TryGetValue(branch, out var open)
            || open.AwaitsDecision
            || open.Child is not null
            || SuspensionRules.HoldsBack(state, open))
        {
            return null;
        }

        var activity = new ActivityId(new RunId(state.Origin!.Run), state.Visit, branch);
        var asks = open.AwaitsReconciliation;
        return (new WorkKey(activity, open.Attempt, asks), asks || open.IsRetry ? open.Since : null);
    }

    /// <summary>The work that an open branch asks for.</summary>
    internal static RunWork WorkOf(Workflow workflow, RunState state, int branch)
    {
        var open = state.Open[branch];
        var definition = workflow.States[state.State].ActivityOf(branch);
        var activity = new ActivityId(new RunId(state.Origin!.Run), state.Visit, branch);
        if (definition is State.WorkflowCall or State.Launch)
        {
            return new RunWork.StartChild(activity, open.Attempt, open.IsRetry ? open.Since : null);
        }

        var remaining = state.Bounds!.ActiveTime - state.ActiveTime;
        var input = open.Input.IsKept ? open.Input.Payload : RenderAgain(workflow, state, branch);
        return open.AwaitsReconciliation
            ? new RunWork.Reconcile(
                activity, open.Attempt, state.State, input, open.Since, definition.Timeout ?? RunLimits.ReconcileTime)
            : new RunWork.Attempt(
                activity,
                open.Attempt,
                state.State,
                input,
                open.IsRetry ? open.Since : null,
                definition.Timeout < remaining ? definition.Timeout.Value : remaining);
    }

    private static Payload RenderAgain(Workflow workflow, RunState state, int branch) =>
        RunScope.TryRenderInput(workflow, state, branch, out var input, out var failure)
            ? input
            : throw new UnreachableException($"The input of {state.State} was rendered: {failure}");

    private static Decision OnStart(Workflow workflow, RunState state, RunCommand.Start start, DateTimeOffset at)
    {
        var most = (start.Sizes ?? SizeLimits.Widest).Of(SizeKind.Payload);
        if (start.Input.Length > most)
        {
            return new Decision.Rejected($"The input has {start.Input.Length} bytes; at most {most} are allowed.");
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
        draft.Add(new RunEvent.TakenOver(
            Math.Max(takeOver.Epoch.Value, state.Epoch + 1),
            takeOver.WasPutDown ? true : null,
            takeOver.AfterCrash ? true : null));
        CallRules.TakeOver(workflow, state, draft, at);
        CrashRules.Suspend(workflow, draft);
        return draft.Accept();
    }

    private static Decision OnSuccess(
        Workflow workflow, RunState state, RunCommand.ReportSuccess report, DateTimeOffset at)
    {
        if (SizeLimits.TooLarge(state, report.Output.Length) is { } large)
        {
            return OnFailure(workflow, state, Failed(state, report, large), at);
        }

        if (!IsCurrent(state, report.Visit, report.Branch, report.Attempt))
        {
            Payload? output = report.Output.IsNull ? null : report.Output;
            return OnLate(
                workflow, state, new(report.Visit, report.Branch, report.Attempt, output, Usage: report.Usage), at);
        }

        var draft = new Draft(workflow, state, at);
        draft.Succeed(report);
        return draft.Accept();
    }

    // What happened, although its output cannot be kept, must not be done again for that.
    private static RunCommand.ReportFailure Failed(RunState state, RunCommand.ReportSuccess report, Failure failure)
    {
        var isOnce = state.Open.GetValueOrDefault(report.Branch)?.Call is not null;
        failure = isOnce
            ? new Failure(FailureClass.UnknownOutcome, FailureCode.UnknownOutcome, failure.Message, Cause: failure)
            : failure;
        return new RunCommand.ReportFailure(
            report.Visit, report.Branch, report.Attempt, failure, report.Usage, report.Spent, report.Waited);
    }

    private static Decision OnFailure(
        Workflow workflow, RunState state, RunCommand.ReportFailure report, DateTimeOffset at)
    {
        report = report with { Failure = report.Failure.WithoutDeepCauses() };
        if (!IsCurrent(state, report.Visit, report.Branch, report.Attempt))
        {
            return OnLate(
                workflow,
                state,
                new(report.Visit, report.Branch, report.Attempt, Failure: report.Failure, Usage: report.Usage),
                at);
        }

        if (report.Failure.Class is FailureClass.UnknownOutcome && state.Open[report.Branch].Call is { } call)
        {
            return call.Unknown is null
                ? CallRules.Lose(workflow, state, report, at)
                : new Decision.Ignored("The outcome of the attempt is known to be unknown.");
        }

        var draft = new Draft(workflow, state, at);
        draft.Fail(report);
        return draft.Accept();
    }

    private static Decision OnLate(Workflow workflow, RunState state, RunEvent.LateResult late, DateTimeOffset at) =>
        CallRules.Late(workflow, state, late, at)
        ?? new Decision.Ignored("The attempt is no longer the one that counts.");

    private static Decision OnReportedLate(
        Workflow workflow, RunState state, RunCommand.ReportLate report, DateTimeOffset at)
    {
        var (visit, branch, attempt, output, failure) = report;
        return failure is null && IsCurrent(state, visit, branch, attempt)
            ? OnSuccess(workflow, state, new(visit, branch, attempt, output ?? Payload.Null), at)
            : CallRules.Record(workflow, state, new(visit, branch, attempt, output, failure?.WithoutDeepCauses()), at);
    }

    private static Decision OnClosing(Workflow workflow, RunState state, RunCommand command, DateTimeOffset at) =>
        command switch
        {
            RunCommand.ReportSuccess report => OnSuccess(workflow, state, report, at),
            RunCommand.ReportFailure report => OnFailure(workflow, state, report, at),
            RunCommand.ReportLate report => OnReportedLate(workflow, state, report, at),
            RunCommand.ReportChild report => ChildRules.Report(workflow, state, report, at),
            RunCommand.Rest rest => ChildRules.Rest(workflow, state, rest, at),
            RunCommand.Cancel => CallRules.EndNow(workflow, state, at),
            _ => new Decision.Ignored("The run is ending."),
        };

    // No catch is asked: a run that could catch its cancellation could not be stopped.
    private static Decision.Accepted OnCancel(
        Workflow workflow, RunState state, RunCommand.Cancel cancel, DateTimeOffset at)
    {
        var draft = new Draft(workflow, state, at);
        draft.FailRun(new Failure(
            FailureClass.Cancelled,
            FailureCode.Cancelled,
            Reason.Shortened(cancel.Reason) is { Length: > 0 } reason
                ? $"The run was cancelled: {reason}"
                : "The run was cancelled."));
        return draft.Accept();
    }

    // A suspended run is not late: like every moment that passes meanwhile, its deadline comes when it goes on.
    private static bool IsLate(RunState state, DateTimeOffset at) =>
        state.Suspension is null && state.Bounds!.Deadline <= at;

    internal static bool IsCurrent(RunState state, int visit, int branch, int attempt) =>
        state.Visit == visit && state.Open.TryGetValue(branch, out var open) && open.Attempt == attempt;
}
