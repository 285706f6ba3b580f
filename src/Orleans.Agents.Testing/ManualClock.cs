namespace Orleans.Agents.Testing;

/// <summary>A clock that stands still until a test turns it.</summary>
/// <param name="start">The time it shows first.</param>
/// <remarks>Timers run on the thread that turns the clock, in the order they are due; let one thread turn it.</remarks>
public sealed class ManualClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<ManualTimer> timers = [];
    private DateTimeOffset now = start;

    /// <summary>A clock that shows noon on the first of January 2030, UTC.</summary>
    public ManualClock()
        : this(new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.Zero))
    {
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            return now;
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Turns the clock forward; timers that become due run at the moment they are due.</summary>
    public void Advance(TimeSpan by)
    {
        var until = GetUtcNow() + by;
        while (TakeDue(until) is { } due)
        {
            due.Ring();
        }

        lock (gate)
        {
            now = until;
        }
    }

    /// <summary>When the next timer is due; null when none is set.</summary>
    public DateTimeOffset? NextDue()
    {
        lock (gate)
        {
            return timers.Min(t => t.DueAt);
        }
    }

    private ManualTimer? TakeDue(DateTimeOffset until)
    {
        lock (gate)
        {
            var due = timers.Where(t => t.DueAt <= until).MinBy(t => t.DueAt);
            if (due is not null)
            {
                now = due.DueAt!.Value > now ? due.DueAt.Value : now;
                due.SetNext();
            }

            return due;
        }
    }

    private sealed class ManualTimer(ManualClock clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan period = Timeout.InfiniteTimeSpan;

        public DateTimeOffset? DueAt { get; private set; }

        public void Ring() => callback(state);

        public void SetNext() => DueAt = period > TimeSpan.Zero ? DueAt + period : null;

        public bool Change(TimeSpan dueTime, TimeSpan newPeriod)
        {
            lock (clock.gate)
            {
                period = newPeriod;
                DueAt = dueTime == Timeout.InfiniteTimeSpan ? null : clock.now + dueTime;
                if (!clock.timers.Contains(this))
                {
                    clock.timers.Add(this);
                }

                return true;
            }
        }

        public void Dispose()
        {
            lock (clock.gate)
            {
                DueAt = null;
                clock.timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
