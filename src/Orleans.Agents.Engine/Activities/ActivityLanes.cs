using Microsoft.Extensions.Logging;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Activities;

/// <summary>
/// A bounded number of lanes that make attempts, one at a time each. A lane is free again when the result it reported is
/// durable, so a slow store slows the work down rather than piling results up.
/// </summary>
internal sealed class ActivityLanes(int count, ActivityPerformer performer, ILogger logger, Dispatch dispatch)
    : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly Queue<LaneItem> waiting = new();
    private readonly HashSet<LaneItem> underWay = [];
    private readonly TaskCompletionSource rest = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool isOpen;
    private bool isClosed;

    /// <summary>Opens the lanes.</summary>
    public void Start()
    {
        lock (gate)
        {
            isOpen = true;
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
                waiting.Enqueue(item);
                Fill();
            }
        }
    }

    /// <summary>Makes an attempt that has a lane, on the calling thread as far as it goes without waiting.</summary>
    public async Task MakeAsync(LaneItem item)
    {
        if (item.IsCancelled)
        {
            Release(item);
            return;
        }

        if (await performer.PerformAsync(item) is { } report)
        {
            item.Host.Report(report, item);
            return;
        }

        logger.AttemptAbandoned(item.Attempt.Activity, item.Attempt.Number);
        Release(item);
    }

    /// <summary>Gives the lane of an attempt to the next.</summary>
    public void Release(LaneItem item)
    {
        lock (gate)
        {
            underWay.Remove(item);
            Fill();
        }
    }

    /// <summary>Cancels what is under way and waits until all lanes have come to rest.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            isClosed = true;
            waiting.Clear();
            foreach (var item in underWay)
            {
                item.Cancel(dispatch);
            }

            Fill();
        }

        await rest.Task;
    }

    private void Fill()
    {
        while (isOpen && underWay.Count < count && waiting.TryDequeue(out var item))
        {
            item.Enter(this);
            underWay.Add(item);
            dispatch(item);
        }

        if (isClosed && underWay.Count == 0)
        {
            rest.TrySetResult();
        }
    }
}
