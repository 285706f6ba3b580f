using Orleans.Agents.Budgets;
using Orleans.Agents.Runs;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Cli.Documents;

/// <summary>The books of a run, its child runs' among them: what it was given, and what became of it.</summary>
/// <param name="Activities">Attempts at activities.</param>
/// <param name="Launches">Runs that were launched.</param>
/// <param name="Tokens">Tokens of models; null in runs older than the books.</param>
/// <param name="MicroUsd">What models cost, in millionths of a US dollar; null in runs older than the books.</param>
/// <param name="ActiveMilliseconds">How long attempts were under way, added up.</param>
internal sealed record BooksDocument(
    AmountDocument Activities,
    AmountDocument Launches,
    AmountDocument? Tokens,
    AmountDocument? MicroUsd,
    AmountDocument ActiveMilliseconds)
{
    /// <summary>The books of a run.</summary>
    public static BooksDocument Of(RunState state)
    {
        var (bounds, books) = (state.Bounds!, Books.Of(state));
        return new BooksDocument(
            AmountDocument.Of(bounds.Activities, books, static cost => cost.Activities),
            AmountDocument.Of(bounds.Launches ?? Budget.DefaultLaunches, books, static cost => cost.Launches),
            bounds.Tokens is { } tokens ? AmountDocument.Of(tokens, books, static cost => cost.Tokens) : null,
            bounds.MicroUsd is { } money ? AmountDocument.Of(money, books, static cost => cost.MicroUsd) : null,
            AmountDocument.Of(
                (long)bounds.ActiveTime.TotalMilliseconds, books, static cost => (long?)cost.Time?.TotalMilliseconds));
    }
}

/// <summary>One amount in the books.</summary>
/// <param name="Limit">What the run was given.</param>
/// <param name="Reserved">Set aside for what is under way.</param>
/// <param name="Settled">Used, as recorded results say.</param>
/// <param name="Lost">Charged, although nobody knows whether it was used.</param>
internal sealed record AmountDocument(long Limit, long Reserved, long Settled, long Lost)
{
    /// <summary>One amount of some books.</summary>
    public static AmountDocument Of(long limit, Books books, Func<Cost, long?> amount)
    {
        return new AmountDocument(limit, In(books.Reserved), In(books.Settled), In(books.Lost));

        long In(Cost? cost) => cost is null ? 0 : amount(cost) ?? 0;
    }

    /// <summary>What people read, with the amounts as they read them.</summary>
    public string TextOf(Func<long, string> shown) =>
        $"{shown(Settled)} settled, {shown(Reserved)} reserved, {shown(Lost)} lost of {shown(Limit)}";

    /// <summary>What is used for good or charged.</summary>
    public long Charged => Settled + Lost;

    /// <summary>Whether anything stands in it.</summary>
    public bool IsUsed => Reserved != 0 || Settled != 0 || Lost != 0;
}
