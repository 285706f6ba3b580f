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
    : ISiloStatusListener, ILifecycleParticipant<ISiloLifecycle>
{
    // When grains can be asked.
    private const int AfterJoining = ServiceLifecycleStage.Active + 1;

    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(KeeperWatch), AfterJoining, WatchAsync, LeaveAsync);

    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        if (status is SiloStatus.Dead)
        {
            engine.LookNow();
        }
    }

    private async Task WatchAsync(CancellationToken cancellation)
    {
        silos.SubscribeToSiloStatusEvents(this);
        if (services.GetService<IReminderTable>() is null)
        {
            return;
        }

        try
        {
            await Task.WhenAll(Enumerable.Range(0, KeeperGrain.Partitions)
                .Select(partition => grains.GetGrain<IKeeperGrain>(partition).WatchAsync())).WaitAsync(cancellation);
        }
        catch (Exception unset) when (unset is OrleansException or TimeoutException)
        {
            // Another silo has set them, or the next one will.
            logger.NoReminders(unset.Message);
        }
    }

    private Task LeaveAsync(CancellationToken cancellation)
    {
        silos.UnSubscribeFromSiloStatusEvents(this);
        return Task.CompletedTask;
    }
}
