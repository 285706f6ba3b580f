using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Telemetry;

namespace Orleans.Agents.Runs;

/// <summary>
/// The loop that sees to it that runs are carried: it fences the epochs of processes that are gone, takes a new epoch
/// when this process's own was fenced, hands over what was left for its runs, takes on runs that wait for a carrier, and prunes
/// what is not kept.
/// </summary>
internal sealed class Keeper(
    RunTable table,
    RunOpener opener,
    AdriftRuns adrift,
    NoteDelivery delivery,
    Retention retention,
    IStore store,
    EngineOptions options,
    StoreClock clock,
    ILogger logger,
    Dispatch dispatch,
    IEngineHost process,
    Observation observation)
    : IAsyncDisposable
{
    private const int MostAtOnce = 500;

    // A lease is over when more than all of it has passed.
    private static readonly TimeSpan AfterLease = TimeSpan.FromMilliseconds(5);

    private readonly CancellationTokenSource stopping = new();
    private readonly HashSet<RunId> unreadable = [];
    private Task loop = Task.CompletedTask;
    private TaskCompletionSource hint = NewHint();
    private Task<bool>? tick;
    private TimeSpan? leaseLeft;
    private DateTimeOffset? storeLostAt;
    private bool isRehearsed;
    private volatile bool isOver;

    /// <summary>Whether this process ends because it was taken for dead: it carries nothing any more, nor will.</summary>
    public bool IsOver => isOver;

    public void Start() => loop = LoopAsync();

    /// <summary>Has it look soon: somebody knows that there may be something to be seen.</summary>
    public void LookNow() => Volatile.Read(ref hint).TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await dispatch.CancelAsync(stopping);
        await loop;
        stopping.Dispose();
    }

    private async Task LoopAsync()
    {
        await Task.Yield();
        using var timer = new PeriodicTimer(options.KeeperInterval, clock);
        do
        {
            await LookAsync();
        }
        while (!isOver && await TicksAsync(timer));
    }

    private async Task<bool> TicksAsync(PeriodicTimer timer)
    {
        tick ??= timer.WaitForNextTickAsync(stopping.Token).AsTask();
        using var atEndOfLease = WakeAtEndOfLease();
        await Task.WhenAny(tick, hint.Task);
        Volatile.Write(ref hint, NewHint());
        if (!tick.IsCompleted)
        {
            return true;
        }

        try
        {
            var ticked = tick;
            tick = null;
            return await ticked;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    // Who beats has far more left than an interval. Of who is silent it is known when to look, and no tick need be waited for.
    private ITimer? WakeAtEndOfLease() => leaseLeft is { } left && left < options.KeeperInterval
        ? clock.CreateTimer(static keeper => ((Keeper)keeper!).LookNow(), this, left + AfterLease, Timeout.InfiniteTimeSpan)
        : null;

    private static TaskCompletionSource NewHint() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Once for all runs: whoever reads the log during an outage wants to know that it began, and that it is over.
    private void TellOfLoss(StoreException lost)
    {
        if (storeLostAt is null)
        {
            storeLostAt = clock.GetUtcNow();
            logger.StoreLost(lost);
        }
    }

    private void TellOfReturn()
    {
        if (storeLostAt is { } since)
        {
            storeLostAt = null;
            logger.StoreIsBack(TimeSpan.FromSeconds(Math.Round((clock.GetUtcNow() - since).TotalSeconds)));
        }
    }

    // Each duty by itself: what stands in the way of one, such as a store that reads and does not write, is no reason to
    // leave the others undone.
    private async Task LookAsync()
    {
        var isAllDone = await DoAsync(() => clock.AdjustAsync(store, stopping.Token));
        var outlook = Outlook.Everything;
        isAllDone &= await DoAsync(
            async () => outlook = await store.LookAsync(table.Epoch, clock.GetUtcNow(), stopping.Token));
        leaseLeft = options.CarriesAllRuns ? outlook.LeaseLeft : null;
        isAllDone &= !outlook.IsFenced || await DoAsync(RenewAsync);
        isAllDone &= !(options.CarriesAllRuns && outlook.HasGone) || await DoAsync(FenceAsync);
        isAllDone &= !outlook.HasNotes || await DoAsync(() => delivery.DeliverAsync(stopping.Token));
        isAllDone &= await DoAsync(() => OpenAsync(adrift.All)); // nobody else may have these
        if (options.CarriesAllRuns)
        {
            // What was fenced just now left runs that nobody saw before.
            isAllDone &= !(outlook.HasWaiting || outlook.HasNotes || outlook.HasGone) || await DoAsync(TakeOnWaitingAsync);
            isAllDone &= await DoAsync(() => retention.PruneAsync(stopping.Token));
            isAllDone &= isRehearsed || outlook.LeaseLeft is null || await DoAsync(RehearseAsync);
        }

        if (isAllDone)
        {
            TellOfReturn();
        }
    }

    private async Task<bool> DoAsync(Func<Task> duty)
    {
        if (isOver || stopping.IsCancellationRequested)
        {
            return false;
        }

        try
        {
            await duty();
            return true;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The loop ends with its next tick, which does not come.
        }
        catch (StoreException lost) when (lost.IsTransient)
        {
            TellOfLoss(lost);
        }
        catch (Exception fault)
        {
            // The loop that repairs must not be the thing that breaks: it says so and looks again.
            logger.KeeperFailed(fault);
        }

        return false;
    }

    // There are others, whose runs it may get. A rehearsal that fails is over too: nothing depends on it.
    private async Task RehearseAsync()
    {
        isRehearsed = true;
        isRehearsed = await opener.RehearseAsync(stopping.Token);
    }

    private async Task FenceAsync()
    {
        var fenced = await store.Carriers.FenceGoneAsync(observation, logger, stopping.Token);
        if (!fenced.IsEmpty)
        {
            await process.OnFencedAsync(fenced, stopping.Token);
        }
    }

    // Others took this process for dead, because it was stopped or cut off for long. What it carried may be carried by
    // others now; it lets go of everything, and asks for what nobody has.
    private async Task RenewAsync()
    {
        if (!await store.Carriers.IsFencedAsync(table.Epoch, stopping.Token))
        {
            return;
        }

        if (!process.GoesOnAfter(table.Epoch))
        {
            table.Abandon();
            isOver = true;
            return;
        }

        var epoch = await store.Carriers.TakeAsync(options.CarriesAllRuns, stopping.Token);
        logger.EpochRenewed(table.Epoch, epoch);
        table.Renew(epoch);
        await process.OnEpochAsync(epoch, stopping.Token);
    }

    private async Task TakeOnWaitingAsync()
    {
        ImmutableArray<RunId> unseen;
        do
        {
            // Runs that cannot be read stay in the list; they must not fill it.
            unreadable.UnionWith(delivery.Unclear);
            var query = new WaitingQuery(clock.GetUtcNow(), MostAtOnce + unreadable.Count, table.Epoch);
            var waiting = await store.Runs.FindWaitingAsync(query, stopping.Token);
            unseen = [.. waiting.Where(run => !unreadable.Contains(run))];
            await OpenAsync(unseen);
        }
        while (unseen.Length >= MostAtOnce);
    }

    private async Task OpenAsync(ImmutableArray<RunId> runs)
    {
        if (runs.IsEmpty)
        {
            return;
        }

        var opened = await opener.OpenAsync(runs, stopping.Token);
        foreach (var (run, why) in opened.Unreadable)
        {
            // Said once per process; the run stays where it is for a program that can read it.
            if (unreadable.Add(run))
            {
                logger.RunUnreadable(run, why.Code, why);
            }
        }

        await LingerAsync(opened.TakenOver);
    }

    // A takeover is stored in no time, and then it is time for more. In an outage it is as soon as the store is back;
    // whether this process still has its epoch, and others theirs, must not be left until then.
    private async Task LingerAsync(Task takenOver)
    {
        try
        {
            await takenOver.WaitAsync(options.KeeperInterval, clock, stopping.Token);
        }
        catch (TimeoutException)
        {
            // The runs say themselves that the store does not answer, and are taken over when it does.
        }
    }
}
