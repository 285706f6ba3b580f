using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Orleans.Agents.Notes;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Activities;

/// <summary>
/// A bounded number of lanes that make attempts, one at a time each. A lane is free again when the result it reported is
/// durable, so a slow store slows the work down rather than piling results up.
/// </summary>
internal sealed class ActivityLanes(
    int count, ActivityPerformer performer, LateResults late, ILogger logger, Dispatch dispatch)
    : IAsyncDisposable
{
    private readonly Channel<LaneItem> waiting =
        Channel.CreateUnbounded<LaneItem>(new UnboundedChannelOptions { AllowSynchronousContinuations = false });

    private readonly CancellationTokenSource stopping = new();
    private Task lanes = Task.CompletedTask;

    /// <summary>Starts the lanes.</summary>
    public void Start() => lanes = Task.WhenAll(Enumerable.Range(0, count).Select(_ => RunLaneAsync()));

    /// <summary>Queues an attempt.</summary>
    public void Enqueue(LaneItem item) => waiting.Writer.TryWrite(item);

    /// <summary>Cancels what is under way and waits until all lanes have come to rest.</summary>
    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        await dispatch.CancelAsync(stopping);
        await lanes;
        stopping.Dispose();
    }

    private async Task RunLaneAsync()
    {
        await Task.Yield();
        while (await waiting.Reader.WaitToReadAsync())
        {
            while (waiting.Reader.TryRead(out var item))
            {
                await MakeAsync(item);
            }
        }
    }

    private async Task MakeAsync(LaneItem item)
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(item.Cancellation, stopping.Token);
        if (cancellation.IsCancellationRequested)
        {
            return;
        }

        var report = await performer.PerformAsync(item, cancellation.Token);
        if (report is null)
        {
            logger.AttemptAbandoned(item.Attempt.Activity, item.Attempt.Number);
            return;
        }

        if (await item.Host.TellAsync(report) is Told.NotHere)
        {
            await late.LeaveAsync(item, report);
        }
    }
}
