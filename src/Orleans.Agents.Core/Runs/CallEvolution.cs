using Orleans.Agents.Budgets;
using Orleans.Agents.Serialization;

namespace Orleans.Agents.Runs;

/// <summary>What facts about calls with effect <c>once</c>, and about what is not waited for any more, make of a run's state.</summary>
internal static class CallEvolution
{
    public static RunState Intend(RunState state, RunEvent.ActivityIntended intended, DateTimeOffset at)
    {
        var open = state.Open[intended.Branch];
        return With(state, intended.Branch, open with
        {
            Since = RunTime.Later(open.Since, at),
            IsRetry = false,
            Call = new OnceCall(intended.Epoch),
        });
    }

    public static RunState Lose(RunState state, RunEvent.ActivityUnknown lost, DateTimeOffset at)
    {
        var open = state.Open[lost.Branch];
        var call = open.Call ?? new OnceCall(state.Epoch);
        return With(state, lost.Branch, open with
        {
            Since = lost.AskAt ?? at,
            IsRetry = false,
            Call = call with { Unknown = lost.Failure, IsAsked = lost.AskAt is null ? null : true },
        }) with
        { ActiveTime = state.ActiveTime + RunEvolution.TimeOf(open, at) };
    }

    public static RunState Reconcile(RunState state, RunEvent.ActivityReconciled reconciled)
    {
        var open = state.Open[reconciled.Branch];
        return open.Call is { } call ? With(state, reconciled.Branch, open with { Call = call with { IsAsked = null } }) : state;
    }

    public static RunState Settle(RunState state, RunEvent.LateResult late)
    {
        var index = state.Unsettled?.FindIndex(
            c => c.Visit == late.Visit && c.Branch == late.Branch && c.Attempt == late.Attempt) ?? -1;
        if (index < 0)
        {
            return state;
        }

        var left = state.Unsettled!.RemoveAt(index);
        return state with
        {
            Unsettled = left.IsEmpty ? null : left,
            Books = Books.Settle(state.Books, state.Unsettled[index].Reserved, late.Usage, late.Spent),
        };
    }

    /// <summary>
    /// A run that stops waiting for everything that is open: what is under way is unsettled, and what was set aside for
    /// attempts that were only to be made is free again.
    /// </summary>
    public static RunState StopWaiting(RunState state, DateTimeOffset at)
    {
        if (state.Open.IsEmpty)
        {
            return state.AwaitedChildren is null ? state : state with { AwaitedChildren = null };
        }

        var unsettled = state.Unsettled;
        var books = state.Books;
        foreach (var (branch, open) in state.Open)
        {
            if (IsUnderWay(open) || (open.Reserved is not null && MayHaveBegun(state, open, at)))
            {
                unsettled = (unsettled ?? []).Add(
                    new UnsettledCall(state.State, state.Visit, branch, open.Attempt, open.Child, open.Reserved));
            }
            else
            {
                books = Books.Return(books, open.Reserved);
            }
        }

        return Bounded(
            state with { Open = OpenActivities.None, AwaitedChildren = null, Unsettled = unsettled, Books = books });
    }

    /// <summary>The oldest give way when there are too many; nobody will know what they used.</summary>
    public static RunState Bounded(RunState state)
    {
        var tooMany = (state.Unsettled?.Count ?? 0) - RunLimits.UnsettledCalls;
        if (tooMany <= 0)
        {
            return state;
        }

        var books = state.Unsettled!.Take(tooMany).Aggregate(state.Books, (kept, call) => Books.Lose(kept, call.Reserved));
        return state with { Unsettled = state.Unsettled!.RemoveRange(0, tooMany), Books = books };
    }

    /// <summary>Whether something is under way that the run has to know the end of before its own.</summary>
    public static bool HoldsTheEnd(RunState state) =>
        state.Unsettled?.Exists(call => !call.IsLoser) is true
        || (!state.Open.IsEmpty && state.Open.Values.Any(IsUnderWay));

    /// <summary>Whether somebody may be making an attempt: one that waits for its moment, or is held back, is not made.</summary>
    public static bool MayHaveBegun(RunState state, OpenActivity open, DateTimeOffset at) =>
        !open.IsRetry || (state.Suspension is null && open.Since <= at);

    private static bool IsUnderWay(OpenActivity open) => open.Call is { Unknown: null } || open.Child is not null;

    private static RunState With(RunState state, int branch, OpenActivity open) =>
        state with { Open = state.Open.SetItem(branch, open) };
}
