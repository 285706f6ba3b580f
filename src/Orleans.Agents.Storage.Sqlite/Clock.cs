namespace Orleans.Agents.Storage.Sqlite;

/// <summary>Times as they are stored: milliseconds since 1970, UTC.</summary>
internal static class Clock
{
    /// <summary>The database's own clock as an SQL expression, for what is shown and decides nothing.</summary>
    public const string Now = "cast((julianday('now') - 2440587.5) * 86400000 as integer)";

    /// <summary>A moment, cut to the millisecond.</summary>
    public static long Of(DateTimeOffset moment) => moment.ToUnixTimeMilliseconds();

    /// <summary>A moment to wake at: rounded up, because nothing may be woken early.</summary>
    public static long? NotBefore(DateTimeOffset? moment) =>
        moment is { } known ? known.AddTicks(TimeSpan.TicksPerMillisecond - 1).ToUnixTimeMilliseconds() : null;

    /// <summary>The moment that was stored.</summary>
    public static DateTimeOffset At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
