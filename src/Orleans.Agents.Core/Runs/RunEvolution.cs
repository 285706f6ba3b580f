using System.Diagnostics;
using Orleans.Agents.Budgets;
using Orleans.Agents.Messages;
using Orleans.Agents.Serialization;

namespace Orleans.Agents.Runs;

/// <summary>What each fact makes of a run's state.</summary>
internal static class RunEvolution
{
    public static RunState Apply(RunState state, RunEvent happened, DateTimeOffset at) => happened switch
    {
        RunEvent.Started e => state with
        {
            Status = RunStatus.Running,
            Origin = e.Origin,
            Bounds = e.Bounds,
            StartedAt = at,
            Epoch = e.Origin.Epoch ?? 0,
            Input = e.Input,
            Context = e.Context,
        },
        RunEvent.Forked e => e.State with { },
        RunEvent.TakenOver e => TakeOver(state, e, at),
        RunEvent.StateEntered e => Enter(state, e, at),
        RunEvent.StateLeft e => CallEvolution.StopWaiting(state, at) with
        {
            Context = e.Saved is null ? state.Context : state.Context.SetItems(e.Saved),
            Error = e.Failure ?? state.Error,
            FanOut = null,
            Inherited = null,
            Heard = null,
            Awaited = null,
            WakeAt = null,
        },
        RunEvent.BranchesPlanned e => FanOutEvolution.Plan(state, e),
        RunEvent.BranchesStarted e => FanOutEvolution.Start(state, e, at),
        RunEvent.BranchFailed e => FanOutEvolution.Fail(state, e),
        RunEvent.ActivitySucceeded e =>
            FanOutEvolution.Succeed(Close(state, e.Branch, at, e.Usage, e.Spent, e.Waited), e.Branch, e.Output),
        RunEvent.ActivityFailed e => Close(state, e.Branch, at, e.Usage, e.Spent, e.Waited),
        RunEvent.RetryScheduled e => state with
        {
            Open = state.Open.SetItem(e.Branch, new OpenActivity(e.Attempt, e.NotBefore, IsRetry: true, Reserved: e.Reserved)),
            ActivitiesUsed = state.ActivitiesUsed + 1,
            Books = Books.Reserve(state.Books, e.Reserved),
        },
        RunEvent.ActivityIntended e => CallEvolution.Intend(state, e, at),
        RunEvent.ActivityUnknown e => CallEvolution.Lose(state, e, at),
        RunEvent.ActivityReconciled e => CallEvolution.Reconcile(state, e),
        RunEvent.LateResult e => CallEvolution.Settle(state, e),
        RunEvent.ChildStarted e => ChildEvolution.Start(state, e),
        RunEvent.ChildAbandoned e => ChildEvolution.Abandon(state, e),
        RunEvent.RunLaunched e => Close(state, e.Branch, at) with
        {
            LaunchesUsed = (state.LaunchesUsed ?? 0) + 1,
            Books = Books.Spend(state.Books, e.Spent),
        },
        RunEvent.SignalReceived e => SignalEvolution.Receive(state, e, at),
        RunEvent.SignalTaken e => SignalEvolution.Take(state, e),
        RunEvent.MessageSent or RunEvent.MessageReceived or RunEvent.MessagesDelivered => MessageEvolution.Apply(state, happened),
        RunEvent.Suspended e => SuspensionEvolution.Suspend(state, e, at),
        RunEvent.Resumed => SuspensionEvolution.Resume(state, at),
        RunEvent.ActivityDecided or RunEvent.SignalRefused or RunEvent.MessageRefused or RunEvent.Parked => state,
        RunEvent.Closing e => Close(CallEvolution.StopWaiting(state, at)) with
        {
            Ending = new RunEnding(e.Output, e.Failure),
        },
        RunEvent.Succeeded e => End(state, RunStatus.Succeeded, at) with { Output = e.Output },
        RunEvent.Failed e => End(state, RunStatus.Failed, at) with { Failure = e.Failure },
        _ => throw new UnreachableException(happened.GetType().Name),
    };

    private static RunState Enter(RunState state, RunEvent.StateEntered entered, DateTimeOffset at) => state with
    {
        State = entered.State,
        Visit = entered.Visit,
        MaxVisits = entered.MaxVisits,
        Visits = state.Visits.SetItem(entered.State, entered.Cycle),
        Open = entered.Activity
            ? OpenActivities.None.Add(0, SuspensionEvolution.Asked(state, at, entered.Reserved))
            : OpenActivities.None,
        ActivitiesUsed = state.ActivitiesUsed + (entered.Activity ? 1 : 0),
        Awaited = entered.Signal is { } signal ? new AwaitedSignal(signal, at) : null,
        Books = Books.Reserve(state.Books, entered.Reserved),
        WakeAt = entered.WakeAt,
    };

    // The time since the last fact is not counted as active: nobody knows how long the old owner was gone. Nor does
    // anybody know what the calls used that it had under way.
    private static RunState TakeOver(RunState state, RunEvent.TakenOver taken, DateTimeOffset at)
    {
        var open = state.Open;
        var books = state.Books;
        foreach (var (branch, activity) in state.Open)
        {
            if (taken.WasPutDown is not true && activity.Child is null && CallEvolution.MayHaveBegun(state, activity, at))
            {
                books = Books.LoseAndRepeat(books, activity.Reserved);
            }

            open = SuspensionEvolution.Holds(state, activity)
                ? open.SetItem(branch, activity with { Since = RunTime.Later(activity.Since, at), IsRetry = true })
                : activity.Since < at ? open.SetItem(branch, activity with { Since = at, IsRetry = false })
                : open;
        }

        return state with
        {
            Epoch = taken.Epoch,
            Open = open,
            Books = books,
            Crashes = CrashRules.CountAfter(state, taken, at),
        };
    }

    private static RunState Close(
        RunState state,
        int branch,
        DateTimeOffset at,
        Usage? usage = null,
        Books? spent = null,
        TimeSpan? waited = null)
    {
        var open = state.Open[branch];
        return state with
        {
            Open = state.Open.Remove(branch),
            AwaitedChildren = open.Child is null ? state.AwaitedChildren : ChildEvolution.Fewer(state.AwaitedChildren),
            ActiveTime = state.ActiveTime + TimeOf(open, at, waited),
            Books = Books.Settle(state.Books, open.Reserved, usage, spent),
        };
    }

    /// <summary>
    /// How long an attempt was under way; the time in which it waited for a lane or nobody knew what became of it does not
    /// count, and a child's is its own.
    /// </summary>
    public static TimeSpan TimeOf(OpenActivity open, DateTimeOffset at, TimeSpan? waited = null)
    {
        var since = open.Since + (waited ?? TimeSpan.Zero);
        return at > since && open.Call is not { Unknown: not null } && open.Child is null ? at - since : TimeSpan.Zero;
    }

    // A run that is over keeps what it ended with, and nothing it would need to go on.
    // The books close with it: what nobody told by then is lost.
    private static RunState End(RunState state, RunStatus status, DateTimeOffset at)
    {
        var left = CallEvolution.StopWaiting(state, at);
        return Close(left) with
        {
            Status = status,
            Unsettled = null,
            Books = Books.Lose(left.Books, left.Books?.Reserved),
        };
    }

    private static RunState Close(RunState state) => state with
    {
        State = "",
        Context = PayloadMap.Empty,
        FanOut = null,
        Inherited = null,
        Ending = null,
        Suspension = null,
        Awaited = null,
        Signals = null,
        Messages = null,
        Heard = null,
        Chains = null,
        WakeAt = null,
    };
}
