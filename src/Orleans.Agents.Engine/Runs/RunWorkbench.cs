using Orleans.Agents.Activities;
using Orleans.Agents.Telemetry;

namespace Orleans.Agents.Runs;

/// <summary>
/// The work one run asks for, as it is under way: starts what has come to be asked for, stops what no longer is. What is
/// to begin later waits here.
/// </summary>
internal sealed class RunWorkbench(RunHost host, RunServices services)
{
    // The longest a timer can be set for is 49 days; a timer that rings early is set anew.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);

    private readonly Lock gate = new();
    private readonly Dictionary<WorkKey, LaneItem> started = [];
    private Dictionary<WorkKey, RunWork>? waiting;
    private PriorityQueue<RunWork, DateTimeOffset>? order;
    private DateTimeOffset? wakeAt;
    private DateTimeOffset? restAt;
    private DateTimeOffset? timerAt;
    private ITimer? timer;
    private bool isCleared;

    /// <summary>Makes what is under way equal to what the run's present state asks for.</summary>
    public void Arrange(WorkChange change)
    {
        var now = services.Time.GetUtcNow();
        lock (gate)
        {
            if (isCleared)
            {
                return;
            }

            foreach (var key in change.Ended)
            {
                waiting?.Remove(key);
                if (started.Remove(key, out var item))
                {
                    item.Cancel(services.Dispatch);
                }
            }

            foreach (var work in change.Begun)
            {
                Await(work, now);
            }

            wakeAt = change.WakeAt;
            restAt = Parking.WaitsForChildren(host.State) ? RestAt(now) : null;
            StartDue(now);
        }
    }

    /// <summary>Stops everything; nothing starts any more.</summary>
    public void Clear()
    {
        lock (gate)
        {
            isCleared = true;
            timer?.Dispose();
            foreach (var item in started.Values)
            {
                item.Cancel(services.Dispatch);
            }

            started.Clear();
        }
    }

    private void Await(RunWork work, DateTimeOffset now)
    {
        var key = work.Key!.Value;
        if (work.StartsAt is { } at && at > now && !started.ContainsKey(key))
        {
            (waiting ??= [])[key] = work;
            (order ??= new()).Enqueue(work, at);
        }
        else
        {
            waiting?.Remove(key);
            Start(work, key);
        }
    }

    // What was taken out of the waiting work, or replaced in it, is still in the order and is passed over there.
    private void StartDue(DateTimeOffset now)
    {
        while (order is not null && order.TryPeek(out var work, out var at))
        {
            var key = work.Key!.Value;
            var isWanted = waiting!.TryGetValue(key, out var wanted) && ReferenceEquals(wanted, work);
            if (isWanted && at > now)
            {
                SetTimer(wakeAt < at ? wakeAt : at, now);
                return;
            }

            order.Dequeue();
            if (isWanted)
            {
                Instruments.MeasureLateness(at, now);
                waiting.Remove(key);
                Start(work, key);
            }
        }

        SetTimer(restAt < wakeAt ? restAt : wakeAt ?? restAt, now);
    }

    // A run whose children take long need not stay in memory for them; while they are quick it is at hand.
    private DateTimeOffset? RestAt(DateTimeOffset now)
    {
        var at = now + services.Options.ParkAfter;
        return Parking.IsPossible(host.State, at, out _) ? at : null;
    }

    private void Start(RunWork work, WorkKey key)
    {
        if (work is RunWork.StartChild child)
        {
            host.Post(new RunCommand.StartChild(child.Activity.Visit, child.Activity.Branch, child.Number));
            return;
        }

        if (started.ContainsKey(key))
        {
            return;
        }

        var item = work switch
        {
            RunWork.Attempt attempt => new LaneItem(host, host.State, attempt),
            RunWork.Reconcile asked => new LaneItem(host, host.State, AttemptOf(asked)) { IsReconciliation = true },
            _ => throw new System.Diagnostics.UnreachableException(work.GetType().Name),
        };
        started.Add(key, item);
        services.Lanes.Enqueue(item);
    }

    private static RunWork.Attempt AttemptOf(RunWork.Reconcile asked) =>
        new(asked.Activity, asked.Number, asked.State, asked.Input, null, asked.Timeout);

    private void SetTimer(DateTimeOffset? next, DateTimeOffset now)
    {
        if (next == timerAt)
        {
            return;
        }

        timer?.Dispose();
        timer = null;
        timerAt = next;
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

    // A wake that comes too early is ignored by the run, and the next timer is set after it; not before it, when the
    // same moment would be due, and ring without end while the store is slow.
    private async Task RingAsync()
    {
        if (Instruments.Lateness.Enabled)
        {
            lock (gate)
            {
                Instruments.MeasureLateness(wakeAt, services.Time.GetUtcNow());
            }
        }

        await host.TellAsync(new RunCommand.Wake());
        var now = services.Time.GetUtcNow();
        lock (gate)
        {
            timerAt = null;
            if (restAt <= now)
            {
                restAt = null;
                host.Post(new RunCommand.Rest(now + services.Options.ParkAfter));
            }

            if (!isCleared)
            {
                StartDue(now);
            }
        }
    }
}
