using Orleans.Agents.Journal;

namespace Orleans.Agents.Runs;

/// <summary>
/// The time of this process by the clock of the store it shares with others, so that a machine whose clock is wrong wakes
/// runs when the others would. A store without a clock leaves the process's own.
/// </summary>
internal sealed class StoreClock(TimeProvider own) : TimeProvider
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(30);

    // An answer that took longer says too little about the moment it speaks of.
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(1);

    private long ahead;
    private long? adjustedAt;

    public override TimeZoneInfo LocalTimeZone => own.LocalTimeZone;

    public override long TimestampFrequency => own.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => own.GetUtcNow().AddTicks(Volatile.Read(ref ahead));

    public override long GetTimestamp() => own.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        own.CreateTimer(callback, state, dueTime, period);

    /// <summary>Asks the store for the time, if that was long ago. Called by one caller at a time.</summary>
    /// <exception cref="StoreException">The store cannot be reached.</exception>
    public async Task AdjustAsync(IStore store, CancellationToken cancellation)
    {
        if (adjustedAt is { } last && own.GetElapsedTime(last) < Between)
        {
            return;
        }

        var asked = own.GetTimestamp();
        var theirs = await store.NowAsync(cancellation);
        var took = own.GetElapsedTime(asked);
        if (theirs is null || took <= LongestAnswer)
        {
            adjustedAt = asked;
            Volatile.Write(ref ahead, theirs is { } now ? (now + (took / 2) - own.GetUtcNow()).Ticks : 0);
        }
    }
}
