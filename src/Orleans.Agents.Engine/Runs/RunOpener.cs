using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orleans.Agents.Journal;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>
/// Takes on runs that nobody carries, many at once: reads them, claims those that can be read, carries those it got.
/// </summary>
internal sealed class RunOpener(
    RunTable table, IStore store, WorkflowCatalog catalog, AdriftRuns adrift, NoteDelivery delivery, ILogger logger)
{
    private readonly ConcurrentDictionary<RunId, Task> opening = [];

    /// <summary>Carries a run on, if nobody does and it is not over.</summary>
    /// <returns>Whether this process carries it now.</returns>
    /// <exception cref="HistoryException">Its history cannot be understood.</exception>
    public async Task<bool> OpenAsync(RunId run, CancellationToken cancellation)
    {
        while (true)
        {
            while (opening.TryGetValue(run, out var other))
            {
                await other.WaitAsync(cancellation);
            }

            // A run that was taken on may be over already.
            var opened = await OpenAsync([run], cancellation);
            await opened.TakenOver;
            if (!opened.Unreadable.IsEmpty)
            {
                throw opened.Unreadable[0].Why;
            }

            if (opened.Taken > 0 || !table.Carries(run))
            {
                return opened.Taken > 0;
            }

            if (!await IsBeingPutDownAsync(run, cancellation))
            {
                return true;
            }

            await table.WhenLetGoAsync(run).WaitAsync(cancellation);
        }
    }

    /// <summary>
    /// Carries on those of some runs that nobody carries and that are not over. They know that they are carried when it
    /// is durable, which takes as long as the store does not answer.
    /// </summary>
    public async Task<OpenedRuns> OpenAsync(ImmutableArray<RunId> runs, CancellationToken cancellation)
    {
        // One at a time per run: of two that read the same state, the slower would carry on from an old one.
        var mine = new TaskCompletionSource();
        var wanted = new List<RunId>(runs.Length);
        var others = new List<Task>();
        foreach (var run in runs.Distinct())
        {
            var first = opening.GetOrAdd(run, mine.Task);
            if (first == mine.Task)
            {
                wanted.Add(run);
            }
            else
            {
                others.Add(first);
            }
        }

        ImmutableArray<UnreadableRun> unreadable;
        List<TakenRun> hosts;
        try
        {
            (hosts, unreadable) = await TakeAsync([.. wanted.Where(run => !table.Carries(run))], cancellation);
        }
        finally
        {
            wanted.ForEach(run => opening.TryRemove(run, out _));
            mine.SetResult();
        }

        var takenOver = Task.WhenAll(hosts.Select(TakeOverAsync));
        await Task.WhenAll(others).WaitAsync(cancellation);
        return new OpenedRuns(hosts.Count, unreadable, takenOver);
    }

    /// <summary>
    /// Reads a run as if it were to be taken over, whoever carries it: what reading takes is compiled then, and a definition
    /// that others use is known, before it has to be quick.
    /// </summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> RehearseAsync(CancellationToken cancellation)
    {
        var newest = await store.Runs.ListAsync(new RunQuery(Limit: 1), cancellation);
        if (newest.IsEmpty)
        {
            return false;
        }

        await ReadAsync(await store.Journal.ReadAsync([newest[0].Id], cancellation), cancellation);
        return true;
    }

    // By the store nobody carries it any more, and its host is about to hear so: to that host it would be no use to come.
    private async Task<bool> IsBeingPutDownAsync(RunId run, CancellationToken cancellation) =>
        await store.Runs.FindAsync(run, cancellation) is { Owner: null, Row.IsOver: false };

    private async Task TakeOverAsync(TakenRun run)
    {
        var host = run.Host;
        logger.RunTakenOver(host.Id, host.State.Version, host.Epoch);
        await host.TakeOverAsync(run.Left, run.Owner is null, run.IsAfterCrash);
        if (host.State.Suspension is { Code: { } code, Reason: var why, Since: var since } && since == host.State.Now)
        {
            logger.RunSuspended(host.Id, code, why);
        }
    }

    // They are read before they are claimed, so that a run this program cannot read is left for one that can. A claim
    // holds only at the version that was read, and from then on nobody else writes: what was read is all there is.
    private async Task<(List<TakenRun> Hosts, ImmutableArray<UnreadableRun> Unreadable)> TakeAsync(
        ImmutableArray<RunId> runs, CancellationToken cancellation)
    {
        var histories = runs.IsEmpty ? [] : await store.Journal.ReadAsync(runs, cancellation);
        var (readable, unreadable) = await ReadAsync(
            histories.RemoveAll(history => history.Record.Row.IsOver), cancellation);
        var hosts = await ClaimAsync(readable, cancellation);
        foreach (var run in runs)
        {
            if (!readable.ContainsKey(run))
            {
                adrift.Remove(run);
            }
        }

        return (hosts, unreadable);
    }

    private async Task<(Dictionary<RunId, ReadRun> Readable, ImmutableArray<UnreadableRun> Unreadable)> ReadAsync(
        ImmutableArray<RunHistory> histories, CancellationToken cancellation)
    {
        var readable = new Dictionary<RunId, ReadRun>();
        var unreadable = ImmutableArray.CreateBuilder<UnreadableRun>();
        var blobs = await RunBlobs.ReadAsync(store.Journal, histories, cancellation);
        foreach (var history in histories)
        {
            try
            {
                var (state, tail) = RunReader.Fold(history, blobs);
                var workflow = await catalog.PinnedAsync(history.Record.Id, history.Record.Hash, cancellation);
                readable.Add(
                    history.Record.Id,
                    new ReadRun(workflow, state, tail, adrift.CarrierBefore(history.Record.Id, history.Record.Owner)));
            }
            catch (HistoryException damaged)
            {
                unreadable.Add(new UnreadableRun(history.Record.Id, damaged));
            }
        }

        return (readable, unreadable.ToImmutable());
    }

    private async Task<List<TakenRun>> ClaimAsync(Dictionary<RunId, ReadRun> readable, CancellationToken cancellation)
    {
        var hosts = new List<TakenRun>(readable.Count);
        if (readable.Count == 0)
        {
            return hosts;
        }

        var epoch = table.Epoch;
        foreach (var (run, read) in readable)
        {
            adrift.Add(run, epoch, read.Owner);
        }

        var claimed = await store.Journal.ClaimAsync(
            [.. readable.Select(run => new RunClaim(run.Key, run.Value.State.Version))], epoch, cancellation);

        // A fenced epoch gets nothing; what it did not get may still be nobody's, and is asked about under the next. The
        // store is asked before a run is taken in: one that was taken in and then not told so would sleep for ever.
        var isFenced = claimed.Length < readable.Count && await store.Carriers.IsFencedAsync(epoch, cancellation);
        var crashed = await FindCrashedAsync(claimed.Select(run => readable[run].Owner), cancellation);
        var left = await delivery.ReadAsync(epoch, cancellation);
        foreach (var run in claimed)
        {
            // None is made when a start under the same name is about to find that the run exists; the keeper comes back.
            var (workflow, state, tail, owner) = readable[run];
            if (table.TakeIn(run, workflow, state, tail, epoch) is { } host)
            {
                hosts.Add(new TakenRun(host, left.GetValueOrDefault(run, []), owner, owner is { } gone && crashed.Contains(gone)));
                adrift.Remove(run);
            }
        }

        if (!isFenced)
        {
            foreach (var run in readable.Keys.Except(claimed))
            {
                adrift.Remove(run);
            }
        }

        return hosts;
    }

    private async Task<ImmutableArray<Epoch>> FindCrashedAsync(IEnumerable<Epoch?> owners, CancellationToken cancellation)
    {
        var before = owners.OfType<Epoch>().Distinct().ToImmutableArray();
        return before.IsEmpty ? [] : await store.Carriers.FindCrashedAsync(before, cancellation);
    }

    private sealed record ReadRun(Workflow Workflow, RunState State, RunTail Tail, Epoch? Owner);

    private sealed record TakenRun(RunHost Host, ImmutableArray<LeftCommand> Left, Epoch? Owner, bool IsAfterCrash);
}

/// <summary>What became of runs that were to be opened.</summary>
/// <param name="Taken">How many are carried now that were not before.</param>
/// <param name="Unreadable">
/// Those whose history cannot be understood; they stay where they are, for a program that can.
/// </param>
/// <param name="TakenOver">Ends when all that are carried now know it, and it is durable.</param>
internal sealed record OpenedRuns(int Taken, ImmutableArray<UnreadableRun> Unreadable, Task TakenOver);

/// <summary>A run whose history cannot be understood.</summary>
internal sealed record UnreadableRun(RunId Run, HistoryException Why);
