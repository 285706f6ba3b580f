namespace Orleans.Agents.Telemetry;

/// <summary>How much a process tells of its work. In all cases it makes spans for whoever listens.</summary>
public enum ObservationMode
{
    /// <summary>Spans only: for every day.</summary>
    Shipping,

    /// <summary>Also measurements and logs, what the platform below does, and processor time and memory on each span.</summary>
    Debug,
}

/// <summary>
/// How much a process tells of its work: what somebody chose, or everything for a while after a crash was found. Safe to use
/// from many threads; it decides nothing about runs.
/// </summary>
/// <param name="time">Tells when the while is over.</param>
public sealed class Observation(TimeProvider time)
{
    /// <summary>How long everything is told after a crash was found.</summary>
    public static readonly TimeSpan AfterCrash = TimeSpan.FromMinutes(5);

    private readonly Lock gate = new();
    private ObservationMode chosen;
    private DateTimeOffset? until;
    private ITimer? timer;
    private Action? followers;

    /// <summary>What holds now.</summary>
    public ObservationMode Mode
    {
        get
        {
            lock (gate)
            {
                return until is null ? chosen : ObservationMode.Debug;
            }
        }
    }

    /// <summary>What somebody chose; it holds again when the while after a crash is over.</summary>
    public ObservationMode Chosen
    {
        get
        {
            lock (gate)
            {
                return chosen;
            }
        }
    }

    /// <summary>When the while after a crash is over; null when there is none.</summary>
    public DateTimeOffset? Until
    {
        get
        {
            lock (gate)
            {
                return until;
            }
        }
    }

    /// <summary>Calls back whenever more or less may have to be told. Who is called must return at once.</summary>
    public void Follow(Action follower)
    {
        lock (gate)
        {
            followers += follower;
        }
    }

    /// <summary>Chooses how much is told, from now on. That ends the while after a crash, if there is one.</summary>
    public void Choose(ObservationMode mode)
    {
        lock (gate)
        {
            chosen = mode;
            until = null;
            timer?.Dispose();
            timer = null;
        }

        Volatile.Read(ref followers)?.Invoke();
    }

    /// <summary>A process was found that ended without a word: everything is told for a while, counted from now.</summary>
    public void FindCrash()
    {
        lock (gate)
        {
            until = time.GetUtcNow() + AfterCrash;
            timer?.Dispose();
            timer = time.CreateTimer(static one => ((Observation)one!).Ring(), this, AfterCrash, Timeout.InfiniteTimeSpan);
        }

        Volatile.Read(ref followers)?.Invoke();
    }

    private void Ring()
    {
        lock (gate)
        {
            if (until is not { } end || end > time.GetUtcNow())
            {
                return; // somebody chose meanwhile, or another crash was found
            }

            until = null;
            timer?.Dispose();
            timer = null;
        }

        Volatile.Read(ref followers)?.Invoke();
    }
}
