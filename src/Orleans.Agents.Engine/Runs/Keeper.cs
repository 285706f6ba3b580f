using Microsoft.Extensions.Logging;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Runs;

/// <summary>The loop that finds runs whose carrier is gone, or that are due, and wakes them in this process.</summary>
internal sealed class Keeper(RunTable table, IStore store, EngineOptions options, TimeProvider time, ILogger logger)
    : IAsyncDisposable
{
    private const int MostAtOnce = 500;

    private readonly CancellationTokenSource stopping = new();
    private readonly HashSet<RunId> unreadable = [];
    private Task loop = Task.CompletedTask;

    public void Start()
    {
        if (options.CarriesAllRuns)
        {
            loop = LoopAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await loop;
        stopping.Dispose();
    }

    private async Task LoopAsync()
    {
        await Task.Yield();
        using var timer = new PeriodicTimer(options.KeeperInterval, time);
        do
        {
            try
            {
                await LookAsync();
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                // The loop that repairs must not be the thing that breaks: it says so and looks again.
                logger.KeeperFailed(fault);
            }
        }
        while (await TicksAsync(timer));
    }

    private async Task<bool> TicksAsync(PeriodicTimer timer)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stopping.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task LookAsync()
    {
        foreach (var epoch in await store.Carriers.FenceGoneAsync(stopping.Token))
        {
            logger.EpochFenced(epoch);
        }

        // Runs that cannot be read stay in the list; they must not fill it.
        var waiting = await store.Runs.FindWaitingAsync(
            time.GetUtcNow(), MostAtOnce + unreadable.Count, stopping.Token);
        foreach (var run in waiting.Concat(table.Adrift))
        {
            if (!unreadable.Contains(run))
            {
                await OpenAsync(run);
            }
        }
    }

    private async Task OpenAsync(RunId run)
    {
        try
        {
            await table.OpenAsync(run, stopping.Token);
        }
        catch (HistoryException damaged)
        {
            // Said once per process; the run stays where it is for a program that can read it.
            unreadable.Add(run);
            logger.RunUnreadable(run, damaged.Code, damaged);
        }
    }
}
