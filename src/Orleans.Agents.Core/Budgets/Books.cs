using Orleans.Agents.Runs;

namespace Orleans.Agents.Budgets;

/// <summary>
/// What was set aside for calls and child runs, and what became of it. Each amount that was ever set aside is in exactly
/// one of three places: still set aside, replaced by what was recorded, or lost because nobody knows what was used.
/// </summary>
/// <param name="Reserved">Set aside for what is under way.</param>
/// <param name="Settled">Used, as recorded results say; handed over to runs that were launched.</param>
/// <param name="Lost">Charged for attempts of which nobody knows what they used.</param>
public sealed record Books(Cost? Reserved = null, Cost? Settled = null, Cost? Lost = null)
{
    /// <summary>Everything that is not free any more.</summary>
    internal Cost? Taken => Cost.Sum(Cost.Sum(Reserved, Settled), Lost);

    /// <summary>Sets something aside.</summary>
    internal static Books? Reserve(Books? books, Cost? cost) =>
        cost is null ? books : (books ?? new()) with { Reserved = Cost.Sum(books?.Reserved, cost) };

    /// <summary>Gives back what was set aside for something that was never begun.</summary>
    internal static Books? Return(Books? books, Cost? reserved) =>
        reserved is null ? books : (books! with { Reserved = Cost.Less(books.Reserved, reserved) }).OrNull();

    /// <summary>Charges what was set aside for something, because nobody knows what it used.</summary>
    internal static Books? Lose(Books? books, Cost? reserved) => reserved is null ? books : books! with
    {
        Reserved = Cost.Less(books.Reserved, reserved),
        Lost = Cost.Sum(books.Lost, reserved),
    };

    /// <summary>Charges an attempt that is lost, and keeps as much set aside for the one that is made in its place.</summary>
    internal static Books? LoseAndRepeat(Books? books, Cost? reserved) =>
        reserved is null ? books : books! with { Lost = Cost.Sum(books.Lost, reserved) };

    /// <summary>Replaces what was set aside for something by what is recorded of it.</summary>
    /// <param name="books">The books.</param>
    /// <param name="reserved">What was set aside; null when that is nothing, and so is what follows.</param>
    /// <param name="usage">What a call of an agent used; null when nobody knows.</param>
    /// <param name="spent">The books of a child run at its end; null when nobody knows.</param>
    internal static Books? Settle(Books? books, Cost? reserved, Usage? usage, Books? spent)
    {
        if (reserved is null)
        {
            return books;
        }

        if (spent is null && usage is not { IsKnown: true })
        {
            return Lose(books, reserved);
        }

        var settled = spent is not null ? spent.Settled : usage!.ToCost();
        var lost = spent is not null ? spent.Lost
            : usage!.MicroUsd is null && reserved.MicroUsd is { } money ? new Cost(MicroUsd: money)
            : null;
        return new Books(
            Cost.Less(books!.Reserved, reserved), Cost.Sum(books.Settled, settled), Cost.Sum(books.Lost, lost)).OrNull();
    }

    /// <summary>Puts down something that was used at once.</summary>
    internal static Books? Spend(Books? books, Cost? cost) =>
        cost is null ? books : (books ?? new()) with { Settled = Cost.Sum(books?.Settled, cost) };

    /// <summary>The books of a run with what it counts itself: its attempts, its launches, its time.</summary>
    public static Books Of(RunState state)
    {
        var under = state.Open.Count;
        var counted = new Cost(state.ActivitiesUsed - under, state.LaunchesUsed, Time: state.ActiveTime).OrNull();
        return new Books(
            Cost.Sum(state.Books?.Reserved, new Cost(Activities: under).OrNull()),
            Cost.Sum(state.Books?.Settled, counted),
            state.Books?.Lost);
    }

    private Books? OrNull() => this is { Reserved: null, Settled: null, Lost: null } ? null : this;
}
