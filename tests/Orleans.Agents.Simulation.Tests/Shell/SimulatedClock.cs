namespace Orleans.Agents.Simulation.Tests.Shell;

/// <summary>
/// The clock of one process: its timers follow the time of the world, what it shows may be off. Timers that are due ring
/// when the world says so, in any order.
/// </summary>
internal sealed class SimulatedClock(ShellWorld world, SimulatedProcess process) : TimeProvider
{
    private readonly List<SimulatedTimer> timers = [];

    /// <summary>How far what it shows is off.</summary>
    public TimeSpan Skew { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => world.Now + Skew;

    public override long GetTimestamp() => world.Elapsed.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    public void Stop() => timers.Clear();

    /// <summary>When the next timer rings; null when none is set.</summary>
    public TimeSpan? NextDue() => timers.Min(t => t.DueAt);

    /// <summary>Lets one timer ring that is due.</summary>
    public bool Ring(Random chance)
    {
        var due = timers.FindAll(t => t.DueAt <= world.Elapsed);
        if (due.Count == 0)
        {
            return false;
        }

        due[chance.Next(due.Count)].Ring(process);
        return true;
    }

    private sealed class SimulatedTimer(SimulatedClock clock, Action callback) : ITimer
    {
        private TimeSpan period;

        public TimeSpan? DueAt { get; private set; }

        public void Ring(SimulatedProcess process)
        {
            DueAt = period > TimeSpan.Zero ? clock.Elapsed + period : null;
            if (DueAt is null)
            {
                clock.timers.Remove(this);
            }

            process.Enqueue(callback);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            this.period = period;
            clock.timers.Remove(this);
            DueAt = dueTime == Timeout.InfiniteTimeSpan ? null : clock.Elapsed + dueTime;
            if (DueAt is not null)
            {
                clock.timers.Add(this);
            }

            return true;
        }

        public void Dispose()
        {
            DueAt = null;
            clock.timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private TimeSpan Elapsed => world.Elapsed;
}
