using Orleans.Agents.Journal;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>
/// Everything this store appends goes through here. Whatever arrived while the last statement was being carried out goes
/// into the next one, so that many appends share one commit.
/// </summary>
/// <remarks>
/// Which connection stores an append does not matter: a run has at most one under way. So they share one queue, and a
/// further connection starts working only when a whole batch waits although the others are busy.
/// </remarks>
internal sealed class Writer(Database database, int maxLanes, long maxWaitingBytes) : IAsyncDisposable
{
    /// <summary>The most appends in one statement.</summary>
    public const int MaxAppends = 256;

    private const int MaxBytes = 1024 * 1024;

    private readonly object gate = new();
    private readonly Queue<PendingAppend> waiting = new();
    private readonly List<WriterLane> lanes = [];
    private long waitingBytes;
    private int idle;
    private int busy;
    private bool isClosed;

    /// <summary>Stores an append with the next statement and answers when it is durable.</summary>
    public Task<Appended> StoreAsync(Append append, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            return Task.FromCanceled<Appended>(cancellation);
        }

        var pending = new PendingAppend(append);
        if (TryQueue(pending, append.MayKeepThread, out var here) is { } refusal)
        {
            return Task.FromException<Appended>(refusal);
        }

        // With nobody to share a commit with, going to another thread and back would take as long as the commit.
        here?.Store(pending);
        return cancellation.CanBeCanceled ? WaitAsync(pending, cancellation) : pending.Task;
    }

    /// <summary>Takes the appends of the next statement, all of one epoch; waits until there are some.</summary>
    /// <returns>False when the store is closed and nothing is left.</returns>
    public bool Take(List<PendingAppend> batch)
    {
        lock (gate)
        {
            while (batch.Count == 0)
            {
                idle++;
                while (!IsWorthALane)
                {
                    if (isClosed && waiting.Count == 0 && busy == 0)
                    {
                        idle--;
                        return false;
                    }

                    Monitor.Wait(gate);
                }

                idle--;
                Fill(batch);
            }

            busy++;
            WakeLane();
            return true;
        }
    }

    /// <summary>Says that the appends that were taken have their answers.</summary>
    public void Done()
    {
        lock (gate)
        {
            LetOthersWrite();
        }
    }

    /// <summary>Says that an append that was not queued has its answer.</summary>
    public void DoneHere()
    {
        lock (gate)
        {
            LetOthersWrite();
            WakeLane();
        }
    }

    /// <summary>Finishes what was sent so far, then closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        List<WriterLane> all;
        lock (gate)
        {
            isClosed = true;
            Monitor.PulseAll(gate);
            all = [.. lanes];
        }

        foreach (var lane in all)
        {
            await lane.Ended;
        }
    }

    // An append that finds nothing under way has a lane's connection to itself.
    private StoreException? TryQueue(PendingAppend pending, bool mayStoreHere, out WriterLane? here)
    {
        here = null;
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isClosed, typeof(PostgresStore));
            if (pending.Append.Birth is not null && waitingBytes > maxWaitingBytes)
            {
                return TooMuchWaits();
            }

            if (mayStoreHere && busy == 0 && waiting.Count == 0 && lanes.Count > 0)
            {
                busy++;
                here = lanes[0];
                return null;
            }

            waiting.Enqueue(pending);
            waitingBytes += pending.Bytes;
            WakeLane();
            return null;
        }
    }

    // Who is busy may be somebody's own thread, which does not come back for what waits. So the lanes stay until nobody is.
    private void LetOthersWrite()
    {
        busy--;
        if (isClosed)
        {
            Monitor.PulseAll(gate);
        }
    }

    private bool IsWorthALane => waiting.Count > 0 && (busy == 0 || waiting.Count >= MaxAppends);

    private void WakeLane()
    {
        if (!IsWorthALane)
        {
            return;
        }

        if (idle > 0)
        {
            Monitor.Pulse(gate);
        }
        else if (lanes.Count < maxLanes && !isClosed)
        {
            lanes.Add(WriterLane.Start(this, database, lanes.Count));
        }
    }

    private void Fill(List<PendingAppend> batch)
    {
        var bytes = 0;
        while (batch.Count < MaxAppends && bytes < MaxBytes && waiting.TryPeek(out var next))
        {
            if (batch.Count > 0 && next.Append.Epoch != batch[0].Append.Epoch)
            {
                return;
            }

            waiting.Dequeue();
            waitingBytes -= next.Bytes;
            if (!next.IsAbandoned)
            {
                batch.Add(next);
                bytes += next.Bytes;
            }
        }
    }

    private static async Task<Appended> WaitAsync(PendingAppend pending, CancellationToken cancellation)
    {
        await using var registration = cancellation.UnsafeRegister(
            static (state, token) => ((PendingAppend)state!).TrySetCanceled(token), pending);
        return await pending.Task;
    }

    private StoreException TooMuchWaits() => new(
        "store.unavailable",
        $"{waitingBytes} bytes wait to be written to {database.Name}; it takes new runs again when fewer do.",
        isTransient: true);
}
