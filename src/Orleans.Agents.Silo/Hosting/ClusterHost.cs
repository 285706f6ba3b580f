using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Agents.Activities.Lending;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Models;
using Orleans.Agents.Runs;
using Orleans.Agents.Silo.Agents;
using Orleans.Agents.Silo.Lanes;
using Orleans.Agents.Silo.Runs;
using Orleans.Agents.Silo.Wire;

namespace Orleans.Agents.Silo.Hosting;

/// <summary>
/// The engine in a silo: a run that is carried here gets its grain here, and a silo whose epoch is fenced is declared dead. Runs
/// are carried before they have an address, and before their silo is part of the cluster: a run that goes on needs the store
/// and nobody else. What needs others waits.
/// </summary>
internal sealed class ClusterHost(
    IGrainFactory grains,
    RunAddresses addresses,
    ILocalSiloDetails silo,
    IClusterMembershipService membership,
    IEpochBook book,
    IHostApplicationLifetime application,
    OtherSilos silos,
    ILogger<ClusterHost> logger) : IEngineHost
{
    private readonly TaskCompletionSource joined = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly ConcurrentQueue<Epoch> fenced = [];

    /// <summary>The silo is part of the cluster from now on; before that no grain can be asked.</summary>
    public async Task JoinAsync(CancellationToken cancellation)
    {
        joined.TrySetResult();
        silos.Begin();
        await DeclareFencedAsync(cancellation);
    }

    /// <inheritdoc/>
    public IOtherLanes OtherLanes => silos;

    /// <inheritdoc/>
    public IAgentGate GateFor(EngineOptions options, TimeProvider time) =>
        new ClusterAgentGate(options.MaxCallsPerAgent, joined.Task, silo, grains, time, logger);

    /// <inheritdoc/>
    public void OnCarried(RunId run)
    {
        if (!addresses.Has(run))
        {
            _ = SettleAsync(run);
        }
    }

    /// <inheritdoc/>
    public Task OnEpochAsync(Epoch epoch, CancellationToken cancellation) =>
        book.NoteAsync(epoch, silo.SiloAddress, cancellation);

    /// <inheritdoc/>
    public bool GoesOnAfter(Epoch fenced)
    {
        // To the others this silo is dead, for good; another one takes its place.
        logger.TakenForDead(fenced);
        application.StopApplication();
        return false;
    }

    /// <inheritdoc/>
    public async Task OnFencedAsync(ImmutableArray<Epoch> epochs, CancellationToken cancellation)
    {
        foreach (var epoch in epochs)
        {
            fenced.Enqueue(epoch);
        }

        if (joined.Task.IsCompleted)
        {
            await DeclareFencedAsync(cancellation);
        }
    }

    private async Task DeclareFencedAsync(CancellationToken cancellation)
    {
        while (fenced.TryDequeue(out var epoch))
        {
            if (await book.FindAsync(epoch, cancellation) is { } gone && gone != silo.SiloAddress)
            {
                logger.DeclaredDead(gone, epoch, await membership.TryKill(gone));
            }
        }
    }

    // Best effort: without it, what is left for the run is found by the keeper a moment later.
    private async Task SettleAsync(RunId run)
    {
        try
        {
            await joined.Task;
            await grains.AskAsync(run, new RunCall.Settle(), CancellationToken.None);
        }
        catch (StoreException nobody)
        {
            logger.NotSettled(run, nobody.Message);
        }
    }
}
