namespace Orleans.Agents.Runs;

/// <summary>That a run begins nothing until it is resumed.</summary>
/// <param name="Since">Since when.</param>
/// <param name="Reason">Why, for people.</param>
/// <param name="IsByParent">Whether it is suspended along with the run that waits for it, and goes on with it.</param>
/// <param name="Code">The failure code of why, where that was no person's wish.</param>
public sealed record Suspension(
    DateTimeOffset Since, string? Reason = null, bool? IsByParent = null, string? Code = null);
