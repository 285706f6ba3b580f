using Orleans.Agents.Budgets;
using Orleans.Agents.Values;

namespace Orleans.Agents.Runs;

/// <summary>What facts about branches make of a run's state.</summary>
internal static class FanOutEvolution
{
    public static RunState Plan(RunState state, RunEvent.BranchesPlanned planned) => state with
    {
        WakeAt = planned.Until,
        FanOut = new FanOut
        {
            Count = planned.Count,
            Limit = planned.Limit,
            Needed = planned.Needed,
            Collects = planned.Collects is true,
            Items = planned.Items is { } items ? FanOutPlan.ItemsOf(items) : null,
            Keys = planned.Keys,
        },
    };

    public static RunState Start(RunState state, RunEvent.BranchesStarted started, DateTimeOffset at)
    {
        var open = state.Open;
        var books = state.Books;
        for (var branch = started.First; branch < started.First + started.Count; branch++)
        {
            var reserved = started.Reserved?[branch - started.First].OrNull();
            open = open.SetItem(branch, SuspensionEvolution.Asked(state, at, reserved));
            books = Books.Reserve(books, reserved);
        }

        return state with
        {
            Open = open,
            Books = books,
            ActivitiesUsed = state.ActivitiesUsed + started.Count,
            FanOut = state.FanOut! with { Next = started.First + started.Count },
        };
    }

    /// <summary>A branch has an output.</summary>
    public static RunState Succeed(RunState state, int branch, Payload output) => state.FanOut is not { } fan
        ? state
        : state with { FanOut = fan.With(branch, output) with { Succeeded = fan.Succeeded + 1 } };

    public static RunState Fail(RunState state, RunEvent.BranchFailed failed)
    {
        var fan = state.FanOut!;
        fan = fan with { Failed = fan.Failed + 1, Next = Math.Max(fan.Next, failed.Branch + 1) };
        return state with
        {
            Open = state.Open.Remove(failed.Branch),
            FanOut = fan.Collects ? fan.With(failed.Branch, FanOutOutput.Describe(failed.Failure)) : fan,
        };
    }
}
