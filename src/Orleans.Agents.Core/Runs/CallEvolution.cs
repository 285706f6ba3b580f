using System.Collections.Immutable;

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
        var left = state.Unsettled?.RemoveAll(
            c => c.Visit == late.Visit && c.Branch == late.Branch && c.Attempt == late.Attempt);
        return state with { Unsettled = left is { Count: > 0 } ? left : null };
    }

    /// <summary>The unsettled calls and children of a run that stops waiting for everything that is open.</summary>
    public static ImmutableList<UnsettledCall>? UnsettledOf(RunState state)
    {
        if (!HasCallsUnderWay(state))
        {
            return state.Unsettled;
        }

        var unsettled = (state.Unsettled ?? []).AddRange(
            from open in state.Open
            where IsUnderWay(open.Value)
            select new UnsettledCall(state.State, state.Visit, open.Key, open.Value.Attempt, open.Value.Child));
        return Bounded(unsettled);
    }

    /// <summary>The oldest give way when there are too many.</summary>
    public static ImmutableList<UnsettledCall> Bounded(ImmutableList<UnsettledCall> unsettled) =>
        unsettled.Count > RunLimits.UnsettledCalls
            ? unsettled.RemoveRange(0, unsettled.Count - RunLimits.UnsettledCalls)
            : unsettled;

    public static bool HasCallsUnderWay(RunState state) => !state.Open.IsEmpty && state.Open.Values.Any(IsUnderWay);

    private static bool IsUnderWay(OpenActivity open) => open.Call is { Unknown: null } || open.Child is not null;

    private static RunState With(RunState state, int branch, OpenActivity open) =>
        state with { Open = state.Open.SetItem(branch, open) };
}
