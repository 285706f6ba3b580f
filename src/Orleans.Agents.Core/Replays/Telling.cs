using System.Collections.Immutable;
using System.Diagnostics;
using Orleans.Agents.Budgets;
using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Replays;

/// <summary>
/// Finds out from facts what the run was told when they were decided. The first fact of a decision names it; what is not in
/// the facts (who waited for the answer, when exactly a run may be put down) decided nothing.
/// </summary>
internal static class Telling
{
    private const string CancelledFor = "The run was cancelled: ";

    /// <summary>What a run can have been told, the likeliest first, where these facts follow; nothing when none begins so.</summary>
    /// <param name="workflow">The definition the run is pinned to.</param>
    /// <param name="state">The run's state before.</param>
    /// <param name="facts">The facts of an append.</param>
    /// <param name="first">The first of the decision.</param>
    /// <param name="at">When it was.</param>
    public static ImmutableArray<RunCommand> Of(
        Workflow workflow, RunState state, ImmutableArray<RunEvent> facts, int first, DateTimeOffset at)
    {
        var next = first + 1 < facts.Length ? facts[first + 1] : null;
        return facts[first] switch
        {
            RunEvent.Started e => [StartOf(e)],
            RunEvent.Forked e => [new RunCommand.Fork(e.State)],
            RunEvent.TakenOver e => [new RunCommand.TakeOver(new Epoch(e.Epoch), e.WasPutDown is true, e.AfterCrash is true)],
            RunEvent.ActivitySucceeded e => [SuccessOf(state, e)],
            RunEvent.ActivityFailed e => [FailureOf(workflow, state, e)],
            RunEvent.ActivityIntended e => [new RunCommand.Intend(e.Visit, e.Branch, e.Attempt, new Epoch(e.Epoch))],
            RunEvent.ActivityUnknown e => [new RunCommand.ReportFailure(e.Visit, e.Branch, e.Attempt, e.Failure)],
            RunEvent.ActivityReconciled e => [new RunCommand.ReportReconciled(e.Visit, e.Branch, e.Attempt, FoundOf(e, next))],
            RunEvent.ActivityDecided e => [new RunCommand.Decide(e.Visit, e.Branch, e.Attempt, VerdictOf(e, next))],
            RunEvent.LateResult e => LateOf(state, e),
            RunEvent.ChildStarted e => [new RunCommand.StartChild(e.Visit, e.Branch, e.Attempt)],
            RunEvent.RunLaunched e => [new RunCommand.StartChild(e.Visit, e.Branch, e.Attempt)],
            RunEvent.SignalReceived e => [new RunCommand.Signal(e.Signal, e.Id, e.Payload)],
            RunEvent.SignalRefused e => [new RunCommand.Signal(e.Signal, e.Id, e.Payload ?? Payload.Null)],
            RunEvent.MessageReceived e => [new RunCommand.Hear(e.Message)],
            RunEvent.MessageRefused e => [new RunCommand.Hear(e.Message)],
            RunEvent.Suspended e =>
            [
                new RunCommand.Suspend(e.Reason, e.ByParent is true),
                new RunCommand.Suspend(e.Reason, e.ByParent is true, IsAtRest: true),
            ],
            RunEvent.Resumed => [new RunCommand.Resume()],
            RunEvent.Parked => [new RunCommand.Rest(at)],
            RunEvent.ChildAbandoned or RunEvent.StateLeft => [new RunCommand.Wake()],
            RunEvent.Closing e => [EndOf(e.Failure)],
            RunEvent.Failed e => [EndOf(e.Failure)],
            RunEvent.StateEntered or RunEvent.BranchesPlanned or RunEvent.BranchesStarted or RunEvent.BranchFailed
                or RunEvent.RetryScheduled or RunEvent.SignalTaken or RunEvent.MessageSent or RunEvent.MessagesDelivered
                or RunEvent.Succeeded => [], // they follow on others
            var other => throw new UnreachableException(other.GetType().Name),
        };
    }

    /// <summary>What led to a decision and is not in the run's own journal; null when all of it is.</summary>
    public static string? WhatIsMissing(RunState state, RunEvent first) => first switch
    {
        RunEvent.ActivityFailed e when ChildOf(state, e.Branch) is { } child && IsRefusedOutput(e.Failure) =>
            $"Run {child} ended with an output that was refused; the output is in the journal of that run only.",
        RunEvent.Forked { State.Origin.Fork: { } fork } =>
            $"What led to where the run begins is in the journal of run {fork.Run}, up to version {fork.Version}.",
        _ => null,
    };

    private static RunCommand.Start StartOf(RunEvent.Started started)
    {
        var origin = started.Origin;
        return new RunCommand.Start(
            new RunId(origin.Run),
            origin.CorrelationId,
            started.Input,
            origin.Key,
            origin.Folder,
            origin.Env,
            origin.Epoch is { } epoch ? new Epoch(epoch) : default,
            origin.Parent,
            origin.Parent is null ? null : started.Bounds.Depth,
            origin.Parent is null || !started.Bounds.KeepsBooks ? null : AllottedOf(started.Bounds),
            started.Bounds.KeepsBooks,
            origin.Traceparent,
            started.Bounds.Sizes);
    }

    private static Cost AllottedOf(RunBounds bounds) =>
        new(bounds.Activities, bounds.Launches, bounds.Tokens, bounds.MicroUsd, bounds.ActiveTime);

    private static RunCommand SuccessOf(RunState state, RunEvent.ActivitySucceeded succeeded)
    {
        var (visit, branch, attempt, output, usage, spent, waited) = succeeded;
        return ChildOf(state, branch) is null
            ? new RunCommand.ReportSuccess(visit, branch, attempt, output, usage, Waited: waited)
            : new RunCommand.ReportChild(visit, branch, attempt, output, Spent: spent);
    }

    // A child's failure is the cause of its attempt's, unless it is the rules' own word on the child's output.
    private static RunCommand FailureOf(Workflow workflow, RunState state, RunEvent.ActivityFailed failed)
    {
        var (visit, branch, attempt, failure, usage, spent, waited) = failed;
        return ChildOf(state, branch) is not null && !IsRefusedOutput(failure)
                ? new RunCommand.ReportChild(visit, branch, attempt, Failure: failure.Cause ?? failure, Spent: spent)
            : AsksForRun(workflow, state, failed) ? new RunCommand.StartChild(visit, branch, attempt)
            : new RunCommand.ReportFailure(visit, branch, attempt, failure, usage, Waited: waited);
    }

    private static bool IsRefusedOutput(Failure failure) => failure is { Code: FailureCode.OutputInvalid, Cause: null };

    private static bool AsksForRun(Workflow workflow, RunState state, RunEvent.ActivityFailed failed) =>
        Run.IsCurrent(state, failed.Visit, failed.Branch, failed.Attempt)
        && ChildOf(state, failed.Branch) is null
        && workflow.States[state.State].ActivityOf(failed.Branch) is State.WorkflowCall or State.Launch;

    private static Reconciliation FoundOf(RunEvent.ActivityReconciled reconciled, RunEvent? next) => reconciled.Outcome switch
    {
        CallOutcome.Happened => new Reconciliation.Happened(OutputOf(next)),
        CallOutcome.DidNotHappen => new Reconciliation.DidNotHappen(),
        CallOutcome.Unknown => new Reconciliation.Unknown(reconciled.Why ?? ""),
        _ => throw new UnreachableException(reconciled.Outcome.ToString()),
    };

    private static Verdict VerdictOf(RunEvent.ActivityDecided decided, RunEvent? next) => decided.Verdict switch
    {
        VerdictKind.Retry => new Verdict.Retry(),
        VerdictKind.Accept => new Verdict.Accept(OutputOf(next)),
        VerdictKind.Fail => new Verdict.Fail(decided.Reason),
        _ => throw new UnreachableException(decided.Verdict.ToString()),
    };

    private static Payload OutputOf(RunEvent? next) => next is RunEvent.ActivitySucceeded e ? e.Output : Payload.Null;

    // Who would not wait for the calls of a run that is ending leaves the same facts as calls of which that is told.
    private static ImmutableArray<RunCommand> LateOf(RunState state, RunEvent.LateResult late)
    {
        var (visit, branch, attempt, output, failure, usage, spent) = late;
        var call = state.Unsettled?.Find(c => c.Visit == visit && c.Branch == branch && c.Attempt == attempt);
        RunCommand told = call switch
        {
            { Child: not null } => new RunCommand.ReportChild(visit, branch, attempt, output, failure, spent),
            { IsLoser: true } when failure is null =>
                new RunCommand.ReportSuccess(visit, branch, attempt, output ?? Payload.Null, usage),
            { IsLoser: true } => new RunCommand.ReportFailure(visit, branch, attempt, failure, usage),
            _ => new RunCommand.ReportLate(visit, branch, attempt, output, failure),
        };
        return state.Ending is not null && failure?.Code == FailureCode.UnknownOutcome ? [new RunCommand.Cancel(), told] : [told];
    }

    private static RunCommand EndOf(Failure? failure) => failure is { Class: FailureClass.Cancelled, Code: FailureCode.Cancelled }
        ? new RunCommand.Cancel(failure.Message.StartsWith(CancelledFor, StringComparison.Ordinal)
            ? failure.Message[CancelledFor.Length..]
            : null)
        : new RunCommand.Wake();

    private static string? ChildOf(RunState state, int branch) => state.Open.GetValueOrDefault(branch)?.Child;
}
