using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Agents.Hosting;

namespace Orleans.Agents.Silo.Keeping;

/// <summary>
/// Tells the keeper when there may be something to be seen: that a silo is dead, as the cluster has it, and the reminders of
/// the backstop where the cluster has reminders. Neither is needed; the keeper looks by itself.
/// </summary>
internal sealed class KeeperWatch(
    AgentsEngine engine,
    IGrainFactory grains,
    ISiloStatusOracle silos,
    IServiceProvider services,
    ILogger<KeeperWatch> logger)
    : ISiloStatusListener, ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    // When grains can be asked.
    private const int AfterJoining = ServiceLifecycleStage.Active + 1;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource leaving = new();
    private Task setting = Task.CompletedTask;

    public void Dispose() => leaving.Dispose();

    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(KeeperWatch), AfterJoining, WatchAsync, LeaveAsync);

    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        if (status is SiloStatus.Dead)
        {
            engine.LookNow();
        }
    }

    private Task WatchAsync(CancellationToken cancellation)
    {
        silos.SubscribeToSiloStatusEvents(this);
        if (services.GetService<IReminderTable>() is not null)
        {
            setting = SetRemindersAsync();
        }

        return Task.CompletedTask;
    }

    // A cluster that has just come up may need a moment before it has reminders. Set again they are the same.
    private async Task SetRemindersAsync()
    {
        try
        {
            while (!await TrySetRemindersAsync())
            {
                await Task.Delay(Pause, leaving.Token);
            }
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
        }
    }

    private async Task<bool> TrySetRemindersAsync()
    {
        try
        {
            await Task.WhenAll(Enumerable.Range(0, KeeperGrain.Partitions)
                .Select(partition => grains.GetGrain<IKeeperGrain>(partition).WatchAsync())).WaitAsync(leaving.Token);
            return true;
        }
        catch (Exception unset) when (unset is OrleansException or TimeoutException)
        {
            logger.NoReminders(unset.Message);
            return false;
        }
    }

    private Task LeaveAsync(CancellationToken cancellation)
    {
        silos.UnSubscribeFromSiloStatusEvents(this);
        leaving.CancelAfter(TimeSpan.Zero);
        return setting;
    }
}
