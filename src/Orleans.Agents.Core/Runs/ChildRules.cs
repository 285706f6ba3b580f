using System.Collections.Immutable;
using Orleans.Agents.Budgets;
using Orleans.Agents.Failures;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>
/// The rules of child runs: each begins in the transaction of the fact that names it, and tells its end to its parent's
/// inbox. A parent that stops waiting asks its children to stop, and ends when they have. What is launched begins the same
/// way, and has nothing to do with its parent from then on.
/// </summary>
internal static class ChildRules
{
    public static Decision Start(Workflow workflow, RunState state, RunCommand.StartChild start, DateTimeOffset at)
    {
        var (visit, branch, attempt) = start;
        if (!Run.IsCurrent(state, visit, branch, attempt)
            || state.Open[branch] is { Child: not null }
            || NameOf(workflow.States[state.State].ActivityOf(branch)) is not { } name)
        {
            return new Decision.Ignored("The attempt is no longer the one that counts, or its child has begun.");
        }

        if (state.Suspension is not null)
        {
            return new Decision.Ignored("The run is suspended.");
        }

        if (state.Open[branch] is { IsRetry: true, Since: var due } && due > at)
        {
            return new Decision.Ignored("Nothing is due.");
        }

        var draft = new Draft(workflow, state, at);
        var asked = workflow.States[state.State].ActivityOf(branch);
        if (TryPrepare(workflow, state, name, start, asked, out var child, out var failure))
        {
            DateTimeOffset? until = asked.Timeout is { } timeout ? RunTime.Truncate(at + timeout) : null;
            if (asked is State.Launch)
            {
                draft.Launch(child, new RunEvent.RunLaunched(visit, branch, attempt, child.Run.Value, child.Allotted));
            }
            else
            {
                draft.StartChild(
                    child, new RunEvent.ChildStarted(visit, branch, attempt, child.Run.Value, until, child.Allotted));
            }
        }
        else
        {
            draft.Fail(new RunCommand.ReportFailure(visit, branch, attempt, failure));
        }

        return draft.Accept();
    }

    /// <summary>A child is over: that is the result of the attempt, or recorded when nobody waits for it any more.</summary>
    public static Decision Report(Workflow workflow, RunState state, RunCommand.ReportChild report, DateTimeOffset at)
    {
        var (visit, branch, attempt, output, failure, spent) = report;
        if (!Run.IsCurrent(state, visit, branch, attempt) || state.Open[branch].Child is null)
        {
            return CallRules.Late(
                    workflow,
                    state,
                    new(visit, branch, attempt, output, failure?.WithoutDeepCauses(), Spent: spent),
                    at)
                ?? new Decision.Ignored("The attempt is no longer the one that counts.");
        }

        var draft = new Draft(workflow, state, at);
        var asked = workflow.States[state.State].ActivityOf(branch);
        if (failure is null && Rendering.Satisfies(asked, output ?? Values.Payload.Null, out failure))
        {
            draft.Succeed(new RunCommand.ReportSuccess(
                visit, branch, attempt, output ?? Values.Payload.Null, Spent: spent));
        }
        else
        {
            // Its class and code are what retries and catches go by; where it happened, its cause says.
            var own = (report.Failure is null ? failure! : failure! with { Origin = null, Cause = failure }).WithoutDeepCauses();
            draft.Fail(new RunCommand.ReportFailure(visit, branch, attempt, own, Spent: spent));
        }

        return draft.Accept();
    }

    /// <summary>When the first child is not waited for any longer.</summary>
    public static DateTimeOffset? NextTimeout(RunState state)
    {
        DateTimeOffset? next = null;
        if (state.AwaitedChildren is not null)
        {
            foreach (var (_, open) in state.Open)
            {
                next = RunTime.Earlier(next, open.Until);
            }
        }

        return next;
    }

    /// <summary>Stops waiting for children that took too long; null when none did.</summary>
    public static Decision? TimeOut(Workflow workflow, RunState state, DateTimeOffset at)
    {
        if (!(NextTimeout(state) <= at))
        {
            return null;
        }

        var draft = new Draft(workflow, state, at);
        foreach (var (branch, open) in state.Open)
        {
            if (open.Until <= at && Run.IsCurrent(draft.Current, state.Visit, branch, open.Attempt))
            {
                draft.Add(new RunEvent.ChildAbandoned(state.Visit, branch, open.Attempt));
                draft.Fail(new RunCommand.ReportFailure(state.Visit, branch, open.Attempt, TookTooLong(open)));
            }
        }

        return draft.Accept();
    }

    public static Decision Rest(Workflow workflow, RunState state, RunCommand.Rest rest, DateTimeOffset at)
    {
        if (!Parking.IsPossible(state, rest.Beyond, out _))
        {
            return new Decision.Ignored("Something is under way.");
        }

        var draft = new Draft(workflow, state, at);
        draft.Add(new RunEvent.Parked());
        return draft.Accept();
    }

    /// <summary>The children that are not waited for any more, and were before.</summary>
    public static ImmutableArray<RunId> Abandoned(RunState before, RunState after)
    {
        // What is added stands at the end; that one less is unsettled, of a thousand losers, must not mean to look at all.
        if (after.Unsettled is not { } unsettled
            || (before.Unsettled is { } earlier && ReferenceEquals(earlier[^1], unsettled[^1])))
        {
            return [];
        }

        var known = before.Unsettled?.Select(call => call.Child).ToHashSet(StringComparer.Ordinal) ?? [];
        return
        [
            .. unsettled.Where(call => call.Child is not null && !known.Contains(call.Child))
                .Select(call => new RunId(call.Child!)),
        ];
    }

    private static string? NameOf(State asked) => asked switch
    {
        State.WorkflowCall call => call.Workflow,
        State.Launch launch => launch.Workflow,
        _ => null,
    };

    private static bool TryPrepare(
        Workflow workflow,
        RunState state,
        string name,
        RunCommand.StartChild start,
        State asked,
        out ChildStart child,
        out Failure failure)
    {
        var origin = state.Origin!;
        var called = workflow.Called(name);
        var left = state.Bounds!.Depth ?? Budget.DefaultDepth;
        var depth = origin.Parent?.Depth ?? 0;
        var isRendered = RunScope.TryRenderInput(workflow, state, start.Branch, out var input, out var broken);
        var parent = new RunParent(
            origin.Run,
            start.Visit,
            start.Branch,
            start.Attempt,
            origin.Parent?.Root ?? origin.Run,
            depth + 1,
            asked is State.Launch ? true : null);
        var objection = Allotment.Find(state, asked, called.Budget, out var allotted);
        child = new ChildStart(
            RunId.OfChild(new ActivityId(new RunId(origin.Run), start.Visit, start.Branch), start.Attempt),
            called,
            input,
            parent,
            origin.CorrelationId,
            origin.Folder,
            left - 1,
            allotted,
            origin.Traceparent,
            state.Bounds.Sizes);
        failure = !isRendered ? broken!.ToFailure()
            : left < 1 ? TooDeep(name, depth + 1, depth)
            : asked is State.Launch && RunBudget.SpentLaunches(state) is { } spent ? spent
            : objection is not null ? objection
            : SizeLimits.TooLarge(state, input.Length, $"The input of workflow '{name}'") is { } large ? large
            : called.InputSchema?.Validate(input) is { IsValid: false } wrong ? Invalid(name, wrong)
            : null!;
        return failure is null;
    }

    private static Failure TooDeep(string name, int depth, int limit) => new(
        FailureClass.Budget,
        FailureCode.BudgetDepth,
        $"Workflow '{name}' would run at depth {depth} of its tree of runs; its limit is {limit}.");

    private static Failure Invalid(string name, Schemas.SchemaResult wrong) => new(
        FailureClass.Permanent,
        FailureCode.InputInvalid,
        $"The input does not satisfy the schema of workflow '{name}': {wrong}");

    private static Failure TookTooLong(OpenActivity open) => new(
        FailureClass.Timeout,
        FailureCode.ActivityTimeout,
        $"Run {open.Child} was to be over by {open.Until:O}.");
}
