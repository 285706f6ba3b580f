namespace Orleans.Agents.Client.Contracts;

/// <summary>The books of a run, its child runs' among them: what it was given, and what became of it.</summary>
/// <param name="Activities">Attempts at activities.</param>
/// <param name="Launches">Runs that were launched.</param>
/// <param name="ActiveMilliseconds">How long attempts were under way, added up.</param>
/// <param name="Tokens">Tokens of models; null in runs older than the books.</param>
/// <param name="MicroUsd">What models cost, in millionths of a US dollar; null in runs older than the books.</param>
public sealed record BooksDetails(
    AmountDetails Activities,
    AmountDetails Launches,
    AmountDetails ActiveMilliseconds,
    AmountDetails? Tokens = null,
    AmountDetails? MicroUsd = null);

/// <summary>One amount in the books.</summary>
/// <param name="Limit">What the run was given.</param>
/// <param name="Reserved">Set aside for what is under way.</param>
/// <param name="Settled">Used, as recorded results say.</param>
/// <param name="Lost">Charged, although nobody knows whether it was used.</param>
public sealed record AmountDetails(long Limit, long Reserved, long Settled, long Lost);
