using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orleans.Agents.Activities.Lending;
using Orleans.Agents.Notes;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Activities;

/// <summary>
/// A bounded number of lanes that make attempts, one at a time each. A lane is free again when the result it reported is
/// durable, so a slow store slows the work down rather than piling results up.
/// </summary>
internal sealed class ActivityLanes(
    int count,
    ActivityPerformer performer,
    LateResults late,
    IOtherLanes others,
    TimeProvider time,
    ILogger logger,
    Dispatch dispatch) : IAsyncDisposable
{
    private const int MostLentAtOnce = 64;

    private readonly Lock gate = new();
    private readonly Queue<LaneItem> waiting = new();
    private readonly HashSet<LaneItem> underWay = [];
    private readonly HashSet<LaneItem> lent = [];
    private int lendable;
    private readonly TaskCompletionSource rest = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool isOpen;
    private bool isClosed;

    /// <summary>How much there is to do, and how much of it is done at once.</summary>
    public (int Busy, int Waiting, int Limit) Load
    {
        get
        {
            lock (gate)
            {
                return (underWay.Count, waiting.Count, count);
            }
        }
    }

    /// <summary>Opens the lanes.</summary>
    public void Start()
    {
        lock (gate)
        {
            isOpen = true;
            others.Attach(Offer);
            Fill();
        }
    }

    /// <summary>Queues an attempt.</summary>
    public void Enqueue(LaneItem item)
    {
        lock (gate)
        {
            if (!isClosed)
            {
                Put(item);
                Fill();
            }
        }
    }

    /// <summary>Queues as many attempts as there are free lanes; they are another process's, which has none.</summary>
    /// <returns>How many, from the first on.</returns>
    public int EnqueueFree(IReadOnlyList<LaneItem> items)
    {
        lock (gate)
        {
            var free = isOpen && !isClosed ? Math.Clamp(count - underWay.Count - waiting.Count, 0, items.Count) : 0;
            for (var i = 0; i < free; i++)
            {
                Put(items[i]);
            }

            Fill();
            return free;
        }
    }

    /// <summary>Makes an attempt that has a lane, on the calling thread as far as it goes without waiting.</summary>
    public async Task MakeAsync(LaneItem item)
    {
        if (item.IsCancelled)
        {
            item.Host.Abandoned(item);
            Release(item);
            return;
        }

        if (await performer.PerformAsync(item) is { } report)
        {
            item.Host.Report(report, item);
            return;
        }

        logger.AttemptAbandoned(item.Attempt.Activity, item.Attempt.Number);
        item.Host.Abandoned(item);
        Release(item);
    }

    /// <summary>Gives the lane of an attempt to the next.</summary>
    public void Release(LaneItem item)
    {
        lock (gate)
        {
            if (!underWay.Remove(item))
            {
                lent.Remove(item);
            }

            Fill();
        }
    }

    /// <summary>Offers what waits to other processes once more: one of them may have a free lane now.</summary>
    public void Offer()
    {
        lock (gate)
        {
            Fill();
        }
    }

    /// <summary>Has attempts made here that another process has not made.</summary>
    public void TakeBack(IEnumerable<LaneItem> items)
    {
        lock (gate)
        {
            foreach (var item in items.Where(lent.Remove))
            {
                item.Lent = null;
                if (!isClosed && !item.IsCancelled)
                {
                    Put(item);
                }
            }

            Fill();
        }
    }

    /// <summary>Gives the lane of an attempt to the next when what its run could not be told is kept, if it must be.</summary>
    public void Release(LaneItem item, RunCommand untold)
    {
        if (item.Stage is CallStage.NotIntended)
        {
            Release(item);
        }
        else
        {
            _ = KeepAsync(item, untold);
        }
    }

    /// <summary>Cancels what is under way and waits until all lanes have come to rest.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            isClosed = true;
            foreach (var item in waiting)
            {
                item.Host.Abandoned(item);
            }

            waiting.Clear();
            lendable = 0;
            foreach (var item in lent)
            {
                item.Cancel(dispatch);
            }

            foreach (var item in underWay)
            {
                item.Cancel(dispatch);
            }

            Fill();
        }

        await rest.Task;
    }

    private async Task KeepAsync(LaneItem item, RunCommand untold)
    {
        try
        {
            await late.LeaveAsync(item, untold);
        }
        finally
        {
            Release(item);
        }
    }

    private void Fill()
    {
        while (isOpen && underWay.Count < count && waiting.Count > 0)
        {
            var item = Take();
            item.Enter(this);
            underWay.Add(item);
            dispatch(item);
        }

        while (isOpen && lendable > 0 && others.Next() is { } other)
        {
            Lend(other);
        }

        if (isClosed && underWay.Count == 0)
        {
            rest.TrySetResult();
        }
    }

    private void Put(LaneItem item)
    {
        item.Queue(time);
        waiting.Enqueue(item);
        lendable += LentAttempt.IsPossible(item) ? 1 : 0;
    }

    private LaneItem Take()
    {
        var item = waiting.Dequeue();
        item.Dequeue(time);
        lendable -= LentAttempt.IsPossible(item) ? 1 : 0;
        return item;
    }

    private void Lend(IOtherProcess other)
    {
        var some = ImmutableArray.CreateBuilder<LaneItem>();
        for (var i = Math.Min(waiting.Count, MostLentAtOnce); i > 0; i--)
        {
            var item = Take();
            if (item.IsCancelled)
            {
                item.Host.Abandoned(item);
            }
            else if (LentAttempt.IsPossible(item))
            {
                some.Add(item);
            }
            else
            {
                Put(item);
            }
        }

        var loan = new Loan(some.DrainToImmutable(), other, this, logger);
        foreach (var item in loan.Items)
        {
            item.Enter(this);
            item.Lent = loan;
            lent.Add(item);
        }

        dispatch(loan);
    }
}
