using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

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
        if (await store.Runs.FindAsync(run, cancellation) is not { } record)
        {
            return await store.Runs.WasPrunedAsync(run, cancellation)
                ? throw new HistoryException("history.pruned", $"Run {run} has been pruned; there is nothing to replay.")
                : null;
        }

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
        }

        return new ReplayResult(
            run, record.Workflow, record.Hash, appends, replay.State.Version, replay.State, replay.Difference, replay.Unverified);
    }
}
