using System.Diagnostics;
using Orleans.Agents.Failures;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>
/// The rules of calls with effect <c>once</c>: an intent is stored before each, and one that may have been made is not
/// made again unless its tool says that it did not happen, the state's retry rule names just that, or somebody decides.
/// </summary>
internal static class CallRules
{
    /// <summary>
    /// How long a tool is left alone after a takeover before it is asked: the process that was thought dead may be about
    /// to make the call still.
    /// </summary>
    public static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    public static Decision Intend(Workflow workflow, RunState state, RunCommand.Intend intend, DateTimeOffset at)
    {
        if (!Run.IsCurrent(state, intend.Visit, intend.Branch, intend.Attempt))
        {
            return Stale;
        }

        if (ToolOf(workflow, state, intend.Branch) is not { Effect: ToolEffect.Once })
        {
            return new Decision.Rejected("The call may be made without being announced.");
        }

        if (state.Open[intend.Branch].Call is not null)
        {
            return new Decision.Ignored("The call may have been made already.");
        }

        var draft = new Draft(workflow, state, at);
        draft.Add(new RunEvent.ActivityIntended(intend.Visit, intend.Branch, intend.Attempt, intend.Epoch.Value));
        return draft.Accept();
    }

    /// <summary>Nobody knows how an attempt went.</summary>
    public static Decision Lose(Workflow workflow, RunState state, RunCommand.ReportFailure report, DateTimeOffset at)
    {
        var draft = new Draft(workflow, state, at);
        Lose(workflow, draft, report, at);
        return draft.Accept();
    }

    /// <summary>A new owner does not know what became of the calls that the old one had under way.</summary>
    public static void TakeOver(Workflow workflow, RunState before, Draft draft, DateTimeOffset at)
    {
        foreach (var (branch, open) in before.Open)
        {
            if (open.Call is { Unknown: null } && Run.IsCurrent(draft.Current, before.Visit, branch, open.Attempt))
            {
                Lose(workflow, draft, new(before.Visit, branch, open.Attempt, Interrupted(open.Attempt)), at + Margin);
            }
        }

        foreach (var call in before.Unsettled ?? [])
        {
            if (call.Child is null)
            {
                draft.Add(new RunEvent.LateResult(
                    call.Visit, call.Branch, call.Attempt, Failure: Interrupted(call.Attempt)));
            }
        }

        EndIfSettled(draft);
        RunBudget.RepeatWithin(draft);
    }

    /// <summary>A run that was forked does not know what becomes of the calls that the other one had under way.</summary>
    public static void Inherit(Workflow workflow, Draft draft, DateTimeOffset at)
    {
        var before = draft.Current;
        foreach (var (branch, open) in before.Open)
        {
            if (open.Call is { Unknown: null } && Run.IsCurrent(draft.Current, before.Visit, branch, open.Attempt))
            {
                Lose(workflow, draft, new(before.Visit, branch, open.Attempt, Left(before, open.Attempt)), at + Margin);
            }
        }
    }

    public static Decision Reconcile(
        Workflow workflow, RunState state, RunCommand.ReportReconciled report, DateTimeOffset at)
    {
        var (visit, branch, attempt, found) = report;
        if (!Run.IsCurrent(state, visit, branch, attempt) || !state.Open[branch].AwaitsReconciliation)
        {
            return Stale;
        }

        if (found is Reconciliation.Happened { Output: var output } && SizeLimits.TooLarge(state, output.Length) is { Message: var objection })
        {
            found = new Reconciliation.Unknown(objection);
        }

        var lost = new RunCommand.ReportFailure(visit, branch, attempt, state.Open[branch].Call!.Unknown!);
        var draft = new Draft(workflow, state, at);
        switch (found)
        {
            case Reconciliation.Happened happened:
                draft.Add(new RunEvent.ActivityReconciled(visit, branch, attempt, CallOutcome.Happened));
                draft.Succeed(new RunCommand.ReportSuccess(visit, branch, attempt, happened.Output));
                break;
            case Reconciliation.DidNotHappen:
                draft.Add(new RunEvent.ActivityReconciled(visit, branch, attempt, CallOutcome.DidNotHappen));
                MakeAgain(draft, lost);
                break;
            case Reconciliation.Unknown unknown:
                draft.Add(new RunEvent.ActivityReconciled(
                    visit, branch, attempt, CallOutcome.Unknown, Reason.Shortened(unknown.Why)));
                if (MayRepeat(workflow, state, lost))
                {
                    draft.Fail(lost);
                }

                break;
            default:
                throw new UnreachableException(found.GetType().Name);
        }

        return draft.Accept();
    }

    public static Decision Decide(Workflow workflow, RunState state, RunCommand.Decide decide, DateTimeOffset at)
    {
        var (visit, branch, attempt, verdict) = decide;
        if (!Run.IsCurrent(state, visit, branch, attempt))
        {
            return Stale;
        }

        if (state.Open[branch].Call is not { Unknown: { } unknown })
        {
            return new Decision.Rejected("The attempt is under way; there is nothing to decide.");
        }

        var lost = new RunCommand.ReportFailure(visit, branch, attempt, unknown);
        var draft = new Draft(workflow, state, at);
        switch (verdict)
        {
            case Verdict.Retry:
                draft.Add(new RunEvent.ActivityDecided(visit, branch, attempt, VerdictKind.Retry));
                draft.TryAgain(lost, TimeSpan.Zero);
                break;
            case Verdict.Accept accept when Objection(workflow, state, branch, accept.Output) is { } objection:
                return new Decision.Rejected(objection);
            case Verdict.Accept accept:
                draft.Add(new RunEvent.ActivityDecided(visit, branch, attempt, VerdictKind.Accept));
                draft.Succeed(new RunCommand.ReportSuccess(visit, branch, attempt, accept.Output));
                break;
            case Verdict.Fail fail:
                draft.Add(new RunEvent.ActivityDecided(
                    visit, branch, attempt, VerdictKind.Fail, Reason.Shortened(fail.Reason)));
                draft.Fail(lost);
                break;
            default:
                throw new UnreachableException(verdict.GetType().Name);
        }

        return draft.Accept();
    }

    /// <summary>The result of a call that the run no longer waits for; null when there is no such call.</summary>
    public static Decision? Late(
        Workflow workflow, RunState state, RunEvent.LateResult late, DateTimeOffset at)
    {
        if (state.Unsettled?.Exists(
            c => c.Visit == late.Visit && c.Branch == late.Branch && c.Attempt == late.Attempt) is not true)
        {
            return null;
        }

        return Record(workflow, state, late, at);
    }

    /// <summary>Keeps what became of a call, whether the run remembers having made it or not.</summary>
    public static Decision.Accepted Record(
        Workflow workflow, RunState state, RunEvent.LateResult late, DateTimeOffset at)
    {
        var draft = new Draft(workflow, state, at);
        draft.Add(late);
        EndIfSettled(draft);
        return draft.Accept();
    }

    /// <summary>Ends a run that is closing, without what its calls would still have told.</summary>
    public static Decision EndNow(Workflow workflow, RunState state, DateTimeOffset at)
    {
        var draft = new Draft(workflow, state, at);
        foreach (var call in state.Unsettled ?? [])
        {
            draft.Add(new RunEvent.LateResult(call.Visit, call.Branch, call.Attempt, Failure: new Failure(
                FailureClass.UnknownOutcome,
                FailureCode.UnknownOutcome,
                $"Attempt {call.Attempt} was not waited for; nobody knows whether it happened.")));
        }

        EndIfSettled(draft);
        return draft.Accept();
    }

    private static void Lose(Workflow workflow, Draft draft, RunCommand.ReportFailure lost, DateTimeOffset askAt)
    {
        var (visit, branch, attempt, failure) = (lost.Visit, lost.Branch, lost.Attempt, lost.Failure);
        if (ToolOf(workflow, draft.Current, branch) is { CanReconcile: true })
        {
            draft.Add(new RunEvent.ActivityUnknown(visit, branch, attempt, failure, askAt));
            return;
        }

        draft.Add(new RunEvent.ActivityUnknown(visit, branch, attempt, failure));
        if (MayRepeat(workflow, draft.Current, lost))
        {
            draft.Fail(lost);
        }
    }

    // What did not happen is a failed attempt where one knows what stopped it. Where its process died it never was one,
    // so no retry rule is asked; only the budget is.
    private static void MakeAgain(Draft draft, RunCommand.ReportFailure lost)
    {
        if (lost.Failure.Cause is { } cause)
        {
            draft.Fail(lost with { Failure = cause });
        }
        else
        {
            draft.TryAgain(lost, TimeSpan.Zero);
        }
    }

    private static bool MayRepeat(Workflow workflow, RunState state, RunCommand.ReportFailure lost) =>
        workflow.States[state.State].ActivityOf(lost.Branch).Retry.Allows(lost.Failure, lost.Attempt);

    private static void EndIfSettled(Draft draft)
    {
        if (draft.Current is not { Ending: { } ending } || CallEvolution.HoldsTheEnd(draft.Current))
        {
            return;
        }

        if (ending.Failure is { } failure)
        {
            draft.FailRun(failure);
        }
        else
        {
            draft.SucceedRun(ending.Output ?? Payload.Null);
        }
    }

    private static string? Objection(Workflow workflow, RunState state, int branch, Payload output) =>
        SizeLimits.TooLarge(state, output.Length)?.Message
        ?? (Rendering.Satisfies(workflow.States[state.State].ActivityOf(branch), output, out var failure) ? null : failure.Message);

    private static State.ToolCall? ToolOf(Workflow workflow, RunState state, int branch) =>
        workflow.States[state.State].ActivityOf(branch) as State.ToolCall;

    private static Failure Interrupted(int attempt) => new(
        FailureClass.UnknownOutcome,
        FailureCode.UnknownOutcome,
        $"The process that made attempt {attempt} is gone; nobody knows whether it happened.");

    private static Failure Left(RunState state, int attempt) => new(
        FailureClass.UnknownOutcome,
        FailureCode.UnknownOutcome,
        $"Attempt {attempt} was under way in run {state.Origin!.Fork!.Run}, which this run was forked from; it does not know whether it happened.");

    private static Decision.Ignored Stale => new("The attempt is no longer the one that counts.");
}
