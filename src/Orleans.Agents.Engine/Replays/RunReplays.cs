using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Replays;

/// <summary>Decides the journals of runs again. It reads, and does nothing of what they ask for; any number may be at it.</summary>
/// <param name="store">Where the runs are.</param>
public sealed class RunReplays(IStore store)
{
    private const int PageSize = 500;

    private readonly WorkflowCatalog catalog = new(store.Definitions);

    /// <summary>Decides a run again, from its first append on, as far as it has come.</summary>
    /// <param name="run">The run; whether somebody carries it does not matter.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>What came of it; null when there is no such run.</returns>
    /// <exception cref="HistoryException">The run's history or its definition cannot be understood, or was pruned.</exception>
    /// <exception cref="StoreException">The store cannot be reached.</exception>
    public async Task<ReplayResult?> ReplayAsync(RunId run, CancellationToken cancellation = default)
    {
        if (await FindAsync(run, cancellation) is not { } record)
        {
            return null;
        }

        var kept = await SnapshotAsync(run, cancellation);
        var replay = new Replay(await catalog.PinnedAsync(run, record.Hash, cancellation));
        var appends = 0L;
        await foreach (var append in RunAppends.ReadAsync(store.Journal, run, PageSize, cancellation))
        {
            appends++;
            if (!replay.Take(append.Events, append.At))
            {
                break;
            }

            if (replay.State.Version != append.Version)
            {
                throw new HistoryException(
                    "history.damaged",
                    $"Run {run}: an append says it leads to version {append.Version}; its events lead to {replay.State.Version}.");
            }

            if (kept?.Version == append.Version && !replay.Check(kept))
            {
                break;
            }
        }

        return new ReplayResult(
            run, record.Workflow, record.Hash, appends, replay.State.Version, replay.State, replay.Difference, replay.Unverified);
    }

    /// <summary>
    /// Decides a run by another definition, with the results that its journal has. Nothing is executed, and what its children
    /// would do is not decided.
    /// </summary>
    /// <param name="run">The run; whether somebody carries it does not matter.</param>
    /// <param name="other">The other definition.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>What came of it; null when there is no such run.</returns>
    /// <exception cref="HistoryException">The run's history or its definition cannot be understood, or was pruned.</exception>
    /// <exception cref="StoreException">The store cannot be reached.</exception>
    public async Task<ComparisonResult?> CompareAsync(RunId run, Workflow other, CancellationToken cancellation = default)
    {
        if (await FindAsync(run, cancellation) is not { } record)
        {
            return null;
        }

        var comparison = new Comparison(await catalog.PinnedAsync(run, record.Hash, cancellation), other);
        await foreach (var append in RunAppends.ReadAsync(store.Journal, run, PageSize, cancellation))
        {
            if (!comparison.Take(append.Events, append.At))
            {
                break;
            }
        }

        return comparison.Finish();
    }

    /// <summary>The definition that some run was pinned to, by its hash; null when the store has none of it.</summary>
    /// <exception cref="HistoryException">It cannot be understood.</exception>
    /// <exception cref="StoreException">The store cannot be reached.</exception>
    public async Task<Workflow?> FindDefinitionAsync(RunId run, string hash, CancellationToken cancellation = default) =>
        await store.Definitions.FindAsync(hash, cancellation) is null ? null : await catalog.PinnedAsync(run, hash, cancellation);

    private async Task<RunState?> SnapshotAsync(RunId run, CancellationToken cancellation)
    {
        if (await store.Journal.ReadAsync(run, cancellation) is not { Snapshot: { } snapshot } history)
        {
            return null;
        }

        return RunReader.ReadState(run, snapshot, await RunBlobs.ReadAsync(store.Journal, [history], cancellation));
    }

    private async Task<RunRecord?> FindAsync(RunId run, CancellationToken cancellation) =>
        await store.Runs.FindAsync(run, cancellation)
        ?? (await store.Runs.WasPrunedAsync(run, cancellation)
            ? throw new HistoryException("history.pruned", $"Run {run} has been pruned; there is nothing to decide again.")
            : null);
}
