namespace Orleans.Agents.Runs;

/// <summary>The time of a run: in milliseconds, and never backwards.</summary>
internal static class RunTime
{
    // The stores keep milliseconds; a fact must be the same before it is stored and after it is read.
    public static DateTimeOffset Truncate(DateTimeOffset time) =>
        DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());

    public static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    public static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) =>
        one is null || other < one ? other : one;
}
