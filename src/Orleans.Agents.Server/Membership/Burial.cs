using Microsoft.Extensions.Logging;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Telemetry;

namespace Orleans.Agents.Server.Membership;

/// <summary>
/// Before this silo joins: fences the epochs of processes that are gone and marks their silos dead, so that it does not wait
/// for silos that a crash of everything left behind.
/// </summary>
internal sealed class Burial(
    IStore store,
    ClusterDatabase database,
    IClusterMembershipService membership,
    Observation observation,
    ILogger<Burial> logger)
    : ILifecycleParticipant<ISiloLifecycle>
{
    // After the cluster's tables are made (first), and before the silo reads who is there and calls them.
    private const int BeforeReading = ServiceLifecycleStage.First + 1;

    // After the engine has started (application services) and before the silo joins (becoming active).
    private const int BeforeJoining = ServiceLifecycleStage.ApplicationServices + 1_000;

    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe(nameof(Burial), BeforeReading, BuryFirstAsync);
        lifecycle.Subscribe(nameof(Burial), BeforeJoining, BuryAgainAsync);
    }

    // Of a process that ended, the database knows at once that nobody holds its lock.
    private async Task BuryFirstAsync(CancellationToken cancellation)
    {
        await store.MigrateAsync(cancellation);
        await BuryAsync(cancellation);
    }

    // By now the engine has an epoch and may judge by silence too; and what another silo buried meanwhile has to be read, for
    // the next thing is a call to all that count as alive.
    private async Task BuryAgainAsync(CancellationToken cancellation)
    {
        await BuryAsync(cancellation);
        await membership.Refresh(cancellationToken: cancellation);
    }

    private async Task BuryAsync(CancellationToken cancellation)
    {
        await store.Carriers.FenceGoneAsync(observation, logger, cancellation);
        if (await database.BuryAsync(cancellation) is > 0 and var silos)
        {
            logger.SilosBuried(silos);
        }
    }
}
