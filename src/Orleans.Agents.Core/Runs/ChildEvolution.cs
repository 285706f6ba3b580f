using System.Collections.Immutable;
using Orleans.Agents.Budgets;

namespace Orleans.Agents.Runs;

/// <summary>What facts about child runs make of a run's state.</summary>
internal static class ChildEvolution
{
    public static RunState Start(RunState state, RunEvent.ChildStarted started) => state with
    {
        Open = state.Open.SetItem(started.Branch, state.Open[started.Branch] with
        {
            IsRetry = false,
            Child = started.Run,
            Until = started.Until,
            Reserved = started.Reserved,
        }),
        AwaitedChildren = (state.AwaitedChildren ?? 0) + 1,
        Books = Books.Reserve(state.Books, started.Reserved),
    };

    public static RunState Abandon(RunState state, RunEvent.ChildAbandoned abandoned)
    {
        var (_, branch, attempt) = abandoned;
        var open = state.Open[branch];
        var left = new UnsettledCall(state.State, state.Visit, branch, attempt, open.Child, open.Reserved);
        return CallEvolution.Bounded(state with
        {
            Open = state.Open.SetItem(branch, open with { Child = null, Until = null, Reserved = null }),
            AwaitedChildren = Fewer(state.AwaitedChildren),
            Unsettled = (state.Unsettled ?? ImmutableList<UnsettledCall>.Empty).Add(left),
        });
    }

    /// <summary>One child less is waited for.</summary>
    public static int? Fewer(int? children) => children > 1 ? children - 1 : null;
}
