using Orleans.Agents.Budgets;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Runs;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Gateway.Documents;

/// <summary>The books of runs in the form of the contracts.</summary>
internal static class BooksDocuments
{
    /// <summary>The books of a run.</summary>
    public static BooksDetails DetailsOf(RunState state)
    {
        var (bounds, books) = (state.Bounds!, Books.Of(state));
        return new BooksDetails(
            AmountOf(bounds.Activities, books, static cost => cost.Activities),
            AmountOf(bounds.Launches ?? Budget.DefaultLaunches, books, static cost => cost.Launches),
            AmountOf((long)bounds.ActiveTime.TotalMilliseconds, books, static cost => (long?)cost.Time?.TotalMilliseconds),
            bounds.Tokens is { } tokens ? AmountOf(tokens, books, static cost => cost.Tokens) : null,
            bounds.MicroUsd is { } money ? AmountOf(money, books, static cost => cost.MicroUsd) : null);
    }

    private static AmountDetails AmountOf(long limit, Books books, Func<Cost, long?> amount)
    {
        return new AmountDetails(limit, In(books.Reserved), In(books.Settled), In(books.Lost));

        long In(Cost? cost) => cost is null ? 0 : amount(cost) ?? 0;
    }
}
