using System.Collections.Immutable;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Sqlite;

/// <summary>What runs there are in the file.</summary>
internal sealed class SqliteRunList(Writer writer, Readers readers) : IRunList
{
    private readonly SqlitePruning pruning = new(writer, readers);

    /// <inheritdoc/>
    public Task<RunRecord?> FindAsync(RunId run, CancellationToken cancellation) =>
        readers.ReadAsync(database => RunRows.Find(database, run), cancellation);

    /// <inheritdoc/>
    public Task<RunRecord?> FindByKeyAsync(string key, CancellationToken cancellation) =>
        readers.ReadAsync(database => RunRows.FindByKey(database, key), cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<RunRecord>> ListAsync(RunQuery query, CancellationToken cancellation)
    {
        query.ThrowIfMalformed();
        return readers.ReadAsync(database => List(database, query), cancellation);
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<RunRecord>> ListChildrenAsync(
        RunId parent, RunId? after, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return readers.ReadAsync(database => ListChildren(database, parent, after, limit), cancellation);
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<RunId>> FindWaitingAsync(WaitingQuery query, CancellationToken cancellation)
    {
        query.ThrowIfMalformed();
        return readers.ReadAsync(database => FindWaiting(database, Clock.Of(query.Now), query.Limit), cancellation);
    }

    /// <inheritdoc/>
    public Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellation) => readers.ReadAsync(
        database =>
        {
            var statement = database.Prepare("select min(wake_at) from runs where wake_at is not null");
            statement.Next();
            var due = statement.IntegerOrNull(0);
            statement.Reset();
            return due is { } known ? Clock.At(known) : (DateTimeOffset?)null;
        },
        cancellation);

    /// <inheritdoc/>
    public Task<Pruned> PruneAsync(PruneRule rule, CancellationToken cancellation)
    {
        rule.ThrowIfMalformed();
        return pruning.PruneAsync(rule, cancellation);
    }

    /// <inheritdoc/>
    public Task<bool> WasPrunedAsync(RunId run, CancellationToken cancellation) => readers.ReadAsync(
        database =>
        {
            var statement = database.Prepare("select exists (select 1 from runs where id = ?1 and run < 0)");
            statement.Bind(1, run.Value).Next();
            var wasPruned = statement.Integer(0) == 1;
            statement.Reset();
            return wasPruned;
        },
        cancellation);

    private static ImmutableArray<RunRecord> List(Database database, RunQuery query)
    {
        var statement = database.Prepare(
            $"""
            select {RunRows.Columns} from runs
            where run > 0 and (?1 is null or status = ?1) and (?2 is null or workflow = ?2)
                and (?3 is null or run < (select run from runs where id = ?3))
                and (?5 is null or run in (
                    select children.run from children join runs as p on p.run = children.parent where p.id = ?5))
                and (?6 is null or started_at >= ?6) and (?7 is null or started_at < ?7)
                and (?8 is null or (id >= ?8 || ':' and id < ?8 || ';'))
            order by run desc limit ?4
            """);
        statement
            .Bind(1, query.Status is { } status ? StatusName.Of(status) : null)
            .Bind(2, query.Workflow)
            .Bind(3, query.Before?.Value)
            .Bind(4, query.Limit)
            .Bind(5, query.Parent?.Value)
            .Bind(6, Clock.NotBefore(query.StartedFrom))
            .Bind(7, Clock.NotBefore(query.StartedBefore))
            .Bind(8, query.Tenant);
        var runs = ImmutableArray.CreateBuilder<RunRecord>();
        while (statement.Next())
        {
            runs.Add(RunRows.Read(statement));
        }

        return runs.ToImmutable();
    }

    // There are as many owners as processes but as many epochs as processes there ever were; so it hops through the
    // index from owner to owner and asks of each whether it is fenced.
    private static ImmutableArray<RunId> FindWaiting(Database database, long now, int limit)
    {
        var waiting = ImmutableArray.CreateBuilder<RunId>();
        AddAll(
            database.Prepare(
                """
                with recursive owners (owner) as (
                    select min(owner) from runs where owner is not null
                    union all
                    select (select min(owner) from runs where owner > owners.owner) from owners
                    where owners.owner is not null)
                select runs.id from owners cross join runs on runs.owner = owners.owner
                where not exists (select 1 from carrier where epoch = owners.owner and fenced_at is null)
                limit ?1
                """).Bind(1, limit),
            waiting);
        if (waiting.Count < limit)
        {
            AddAll(
                database.Prepare("select id from runs where wake_at <= ?2 order by wake_at, run limit ?1")
                    .Bind(1, limit - waiting.Count)
                    .Bind(2, now),
                waiting);
        }

        if (waiting.Count < limit)
        {
            AddAll(
                database.Prepare(
                    """
                    select distinct runs.id from inbox indexed by inbox_unconsumed cross join runs on runs.run = inbox.run
                    where inbox.consumed_at is null and runs.owner is null
                        and runs.status not in ('succeeded', 'failed')
                        and (runs.wake_at is null or runs.wake_at > ?2)
                    limit ?1
                    """)
                    .Bind(1, limit - waiting.Count)
                    .Bind(2, now),
                waiting);
        }

        return waiting.ToImmutable();
    }

    private static ImmutableArray<RunRecord> ListChildren(Database database, RunId parent, RunId? after, int limit)
    {
        var statement = database.Prepare(
            $"""
            select {RunRows.Columns} from runs
            where run in (select children.run from children join runs as p on p.run = children.parent where p.id = ?1)
                and (?2 is null or run > (select run from runs where id = ?2))
            order by run limit ?3
            """);
        statement.Bind(1, parent.Value).Bind(2, after?.Value).Bind(3, limit);
        var children = ImmutableArray.CreateBuilder<RunRecord>();
        while (statement.Next())
        {
            children.Add(RunRows.Read(statement));
        }

        return children.ToImmutable();
    }

    private static void AddAll(Statement statement, ImmutableArray<RunId>.Builder found)
    {
        while (statement.Next())
        {
            found.Add(new RunId(statement.Text(0)));
        }
    }
}
