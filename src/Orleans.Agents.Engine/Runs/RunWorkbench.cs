using Orleans.Agents.Activities;

namespace Orleans.Agents.Runs;

/// <summary>
/// The work one run asks for, as it is under way: compares it with what the run's state asks for, and starts or stops the
/// difference.
/// </summary>
internal sealed class RunWorkbench(RunHost host, RunServices services)
{
    // The longest a timer can be set for is 49 days; a timer that rings early is set anew.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);

    private readonly Lock gate = new();
    private readonly Dictionary<(ActivityId Activity, int Attempt), CancellationTokenSource> started = [];
    private ITimer? timer;
    private bool isCleared;

    /// <summary>Makes what is under way equal to what the run's present state asks for.</summary>
    public void Arrange()
    {
        var now = services.Time.GetUtcNow();
        DateTimeOffset? next = null;
        lock (gate)
        {
            if (isCleared)
            {
                return;
            }

            // Read in here: a timer that was held up must not arrange an older state after the pump arranged a newer.
            var wanted = Run.Outstanding(host.Workflow, host.State);
            StopUnwanted(wanted);
            foreach (var work in wanted)
            {
                var dueAt = work switch
                {
                    RunWork.Attempt attempt => attempt.NotBefore ?? DateTimeOffset.MinValue,
                    RunWork.WakeAt wake => wake.DueAt,
                    _ => throw new System.Diagnostics.UnreachableException(work.GetType().Name),
                };
                if (dueAt > now || work is RunWork.WakeAt)
                {
                    next = next is null || dueAt < next ? dueAt : next;
                }
                else
                {
                    Start((RunWork.Attempt)work);
                }
            }

            SetTimer(next, now);
        }
    }

    /// <summary>Stops everything; nothing starts any more.</summary>
    public void Clear()
    {
        lock (gate)
        {
            isCleared = true;
            timer?.Dispose();
            foreach (var cancellation in started.Values)
            {
                Cancel(cancellation);
            }

            started.Clear();
        }
    }

    private void StopUnwanted(IReadOnlyCollection<RunWork> wanted)
    {
        if (started.Count == 0)
        {
            return;
        }

        var keys = wanted.OfType<RunWork.Attempt>().Select(a => (a.Activity, a.Number)).ToHashSet();
        foreach (var (key, cancellation) in started.Where(s => !keys.Contains(s.Key)).ToList())
        {
            started.Remove(key);
            Cancel(cancellation);
        }
    }

    private void Start(RunWork.Attempt attempt)
    {
        var key = (attempt.Activity, attempt.Number);
        if (started.ContainsKey(key))
        {
            return;
        }

        var cancellation = new CancellationTokenSource();
        started.Add(key, cancellation);
        services.Lanes.Enqueue(new LaneItem(host, host.Workflow, host.State, attempt, cancellation.Token));
    }

    private void SetTimer(DateTimeOffset? next, DateTimeOffset now)
    {
        timer?.Dispose();
        timer = null;
        if (next is { } due)
        {
            var wait = due > now ? due - now + TimeSpan.FromMilliseconds(1) : TimeSpan.Zero;
            timer = services.Time.CreateTimer(
                static bench => _ = ((RunWorkbench)bench!).RingAsync(),
                this,
                wait < LongestTimer ? wait : LongestTimer,
                Timeout.InfiniteTimeSpan);
        }
    }

    // A wake that comes too early is ignored by the run, and the arrangement after it sets the next timer; not one
    // before it, which would find the same moment due, and ring without end while the store is slow.
    private async Task RingAsync()
    {
        await host.TellAsync(new RunCommand.Wake());
        Arrange();
    }

    private void Cancel(CancellationTokenSource cancellation) => _ = services.Dispatch.CancelAsync(cancellation);
}
