using Microsoft.Extensions.Logging;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Server.Membership;

/// <summary>
/// Before this silo joins: fences the epochs of processes that are gone and marks their silos dead, so that it does not wait
/// for silos that a crash of everything left behind. By then the engine has an epoch, and may judge.
/// </summary>
internal sealed class Burial(IStore store, ClusterDatabase database, ILogger<Burial> logger)
    : ILifecycleParticipant<ISiloLifecycle>
{
    // After the engine has started (application services) and before the silo joins (becoming active).
    private const int BeforeJoining = ServiceLifecycleStage.ApplicationServices + 1_000;

    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(Burial), BeforeJoining, BuryAsync);

    private async Task BuryAsync(CancellationToken cancellation)
    {
        await store.Carriers.FenceGoneAsync(cancellation);
        if (await database.BuryAsync(cancellation) is > 0 and var silos)
        {
            logger.SilosBuried(silos);
        }
    }
}
