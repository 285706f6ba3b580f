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
/// The engine in a silo: runs are woken at their grains, and a silo whose epoch is fenced is declared dead. It carries runs
/// before its silo is part of the cluster, because a run that goes on needs the store and nobody else; what needs others waits.
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
    // Whoever does not answer by then may be a silo that hangs and that nobody has noticed yet.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

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
    public async Task<OpenedRuns> WakeAsync(
        ImmutableArray<RunId> runs, OpenRuns openHere, CancellationToken cancellation)
    {
        if (!joined.Task.IsCompleted)
        {
            // They get their addresses when there are any.
            return await openHere(runs, cancellation);
        }

        var woken = await Task.WhenAll(runs.Select(run => WakeAsync(run, cancellation)));

        // The address is a convenience, being carried is not: what could not be woken at its grain is opened here.
        var unreachable = woken.Where(wake => wake.IsUnreachable).Select(wake => wake.Run).ToImmutableArray();
        var opened = unreachable.IsEmpty
            ? new OpenedRuns(0, [], Task.CompletedTask)
            : await openHere(unreachable, cancellation);
        return opened with
        {
            Unreadable =
            [
                .. woken.Where(wake => wake.Why is not null).Select(wake => new UnreadableRun(wake.Run, wake.Why!)),
                .. opened.Unreadable,
            ],
        };
    }

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

    private async Task<Wake> WakeAsync(RunId run, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            var reply = await grains.AskAsync(run, new RunCall.Wake(), patience.Token);
            reply.As<RunReply.Done>();
            return new Wake(run);
        }
        catch (HistoryException unclear)
        {
            return new Wake(run, unclear);
        }
        catch (Exception nobody) when (nobody is StoreException or OperationCanceledException or UnknownMessageException
            && !cancellation.IsCancellationRequested)
        {
            logger.NotWoken(run, nobody.Message);
            return new Wake(run, IsUnreachable: true);
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
        catch (Exception nobody) when (nobody is StoreException or UnknownMessageException)
        {
            logger.NotSettled(run, nobody.Message);
        }
    }

    private sealed record Wake(RunId Run, HistoryException? Why = null, bool IsUnreachable = false);
}
