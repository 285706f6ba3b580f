namespace Orleans.Agents.Storage.Postgres;

/// <summary>Times as they are stored: <c>timestamptz</c> to the millisecond, UTC.</summary>
internal static class Clock
{
    /// <summary>A moment, cut to the millisecond.</summary>
    public static DateTime Of(DateTimeOffset moment)
    {
        var ticks = moment.UtcTicks;
        return new DateTime(ticks - (ticks % TimeSpan.TicksPerMillisecond), DateTimeKind.Utc);
    }

    /// <summary>A moment to wake at: rounded up, because nothing may be woken early.</summary>
    public static DateTime? NotBefore(DateTimeOffset? moment) =>
        moment is { } known ? Of(known.AddTicks(TimeSpan.TicksPerMillisecond - 1)) : null;
}
