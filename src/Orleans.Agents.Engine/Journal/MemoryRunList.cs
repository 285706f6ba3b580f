using System.Collections.Immutable;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Journal;

internal sealed class MemoryRunList(MemoryStore store) : IRunList
{
    public Task<RunRecord?> FindAsync(RunId run, CancellationToken cancellation) =>
        store.DoAsync(database => database.Find(run)?.Record, cancellation);

    public Task<RunRecord?> FindByKeyAsync(string key, CancellationToken cancellation) =>
        store.DoAsync(database => database.FindByKey(key)?.Record, cancellation);

    public Task<ImmutableArray<RunRecord>> ListAsync(RunQuery query, CancellationToken cancellation)
    {
        query.ThrowIfMalformed();
        return store.DoAsync(database => List(database, query), cancellation);
    }

    public Task<ImmutableArray<RunRecord>> ListChildrenAsync(
        RunId parent, RunId? after, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return store.DoAsync(
            database => ListChildren(database, parent, after is { } last ? database.Find(last)?.Number : 0, limit),
            cancellation);
    }

    public Task<ImmutableArray<RunId>> FindWaitingAsync(WaitingQuery query, CancellationToken cancellation)
    {
        query.ThrowIfMalformed();
        return store.DoAsync(database => FindWaiting(database, query.Now, query.Limit), cancellation);
    }

    public Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellation) =>
        store.DoAsync(database => database.InOrder.Min(run => run.Record.Row.WakeAt), cancellation);

    public Task<Pruned> PruneAsync(PruneRule rule, CancellationToken cancellation)
    {
        rule.ThrowIfMalformed();
        return store.DoAsync(database => Prune(database, rule), cancellation);
    }

    public Task<bool> WasPrunedAsync(RunId run, CancellationToken cancellation) =>
        store.DoAsync(database => database.Pruned.Contains(run), cancellation);

    private static Pruned Prune(MemoryDatabase database, PruneRule rule)
    {
        var over = database.InOrder.Where(run => run.Record.Row.IsOver).ToList();
        var some = over.SkipLast(rule.KeepNewest ?? 0)
            .Where(run => run.Number > rule.After)
            .Where(run => rule.EndedBefore is null || run.Record.UpdatedAt < rule.EndedBefore)
            .Take(rule.Limit)
            .ToList();
        if (!rule.IsRehearsal)
        {
            some.ForEach(database.Prune);
        }

        return new Pruned(some.Count, some.Count == rule.Limit ? some[^1].Number : null);
    }

    private static ImmutableArray<RunRecord> List(MemoryDatabase database, RunQuery query)
    {
        var end = query.Before is { } before ? database.Find(before)?.Number ?? 0 : long.MaxValue;
        return
        [
            .. database.InOrder.TakeWhile(run => run.Number < end).Reverse()
                .Select(run => run.Record)
                .Where(run => query.Status is null || run.Row.Status == query.Status)
                .Where(run => query.Workflow is null || run.Workflow == query.Workflow)
                .Where(run => query.Parent is not { } parent || database.Find(parent)?.Children.Contains(run.Id) is true)
                .Where(run => query.StartedFrom is null || run.StartedAt >= query.StartedFrom)
                .Where(run => query.StartedBefore is null || run.StartedAt < query.StartedBefore)
                .Where(run => query.Tenant is null || run.Id.Tenant == query.Tenant)
                .Take(query.Limit),
        ];
    }

    private static ImmutableArray<RunRecord> ListChildren(
        MemoryDatabase database, RunId parent, long? after, int limit) =>
    [
        .. (database.Find(parent)?.Children ?? []).Select(database.Find).OfType<MemoryRun>()
            .Where(run => run.Number > after)
            .Select(run => run.Record)
            .Take(limit),
    ];

    private static ImmutableArray<RunId> FindWaiting(MemoryDatabase database, DateTimeOffset now, int limit)
    {
        var runs = database.InOrder.Select(run => run.Record);
        var orphans = runs.Where(run => run.Owner is { } owner && !database.IsValid(owner));
        var due = runs.Where(run => run.Row.WakeAt <= now).OrderBy(run => run.Row.WakeAt);
        var left = database.Unconsumed.Select(note => database.Find(note.Run)!.Record).Where(run => run.Row.IsReleased);
        return [.. orphans.Concat(due).Concat(left).Select(run => run.Id).Distinct().Take(limit)];
    }
}
