using System.Collections.Immutable;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>What runs there are in the database.</summary>
internal sealed class PostgresRunList(Database database) : IRunList
{
    // There are as many owners as processes but as many epochs as processes there ever were; so it hops through the
    // index from owner to owner and asks of each whether it is fenced. Of several keepers each is offered its share; after
    // it what others were offered and left lying, because they hang, or because they cannot read it.
    private const string Waiting =
        """
        with recursive
            keepers as (
                select epoch, row_number() over (order by epoch) - 1 as place, count(*) over () as total
                from carrier where fenced_at is null and is_keeper),
            share as materialized (
                select coalesce(max(total), 1) as total, coalesce(max(place), 0) as place
                from keepers where epoch = $3),
            offers as (
                select true as is_own, interval '0' as waited
                union all
                select false, interval '2 s' from share where total > 1),
            owners (owner) as (
                select min(owner) from runs where owner is not null
                union all
                select (select min(owner) from runs where owner > owners.owner) from owners
                where owners.owner is not null),
            gone as materialized (
                select owner, fenced_at from owners join carrier on epoch = owner and fenced_at is not null),
            left_for as materialized (
                select run, min(at) as at from inbox where consumed_at is null group by run)
        select id from offers cross join lateral (
            (
                select orphan.id, null::timestamptz as wake_at, orphan.run
                from gone cross join lateral (
                    select id, run from runs where runs.owner = gone.owner offset 0) as orphan
                where (orphan.run % (select total from share) = (select place from share)) = is_own
                    and (is_own or fenced_at <= statement_timestamp() - waited)
                limit $2
            )
            union all
            (
                select id, wake_at, run from runs
                where wake_at <= $1 - waited
                    and (run % (select total from share) = (select place from share)) = is_own
                order by wake_at, run limit $2
            )
            union all
            (
                select free.id, timestamptz 'infinity', free.run
                from left_for cross join lateral (
                    select id, run from runs
                    where runs.run = left_for.run and owner is null
                        and status not in ('succeeded', 'failed') and (wake_at is null or wake_at > $1)
                    offset 0) as free
                where (free.run % (select total from share) = (select place from share)) = is_own
                    and (is_own or left_for.at <= $1 - waited)
                limit $2
            )
        ) as waiting
        order by is_own desc, wake_at nulls first, run limit $2
        """;

    private readonly PostgresPruning pruning = new(database);

    /// <inheritdoc/>
    public Task<RunRecord?> FindAsync(RunId run, CancellationToken cancellation) =>
        FindAsync($"select {RunRows.Columns} from runs where id = $1 and run > 0", run.Value, cancellation);

    /// <inheritdoc/>
    public Task<RunRecord?> FindByKeyAsync(string key, CancellationToken cancellation) =>
        FindAsync($"select {RunRows.Columns} from runs where key = $1 and run > 0", key, cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<RunRecord>> ListAsync(RunQuery query, CancellationToken cancellation)
    {
        query.ThrowIfMalformed();
        return database.DoAsync(
            async (connection, stop) =>
            {
                await using var list = connection.Command(
                    $"""
                    select {RunRows.Columns} from runs
                    where run > 0 and ($1 is null or status = $1) and ($2 is null or workflow = $2)
                        and ($3 is null or run < (select run from runs where id = $3))
                        and ($5 is null or run in (
                            select children.run from children join runs as p on p.run = children.parent where p.id = $5))
                        and ($6 is null or started_at >= $6) and ($7 is null or started_at < $7)
                        and ($8 is null or id >= $8 || ':' and id < $8 || ';')
                    order by run desc limit $4
                    """,
                    Sql.Text(query.Status is { } status ? StatusName.Of(status) : null),
                    Sql.Text(query.Workflow),
                    Sql.Text(query.Before?.Value),
                    Sql.Integer(query.Limit),
                    Sql.Text(query.Parent?.Value),
                    Sql.MomentOrNull(Clock.NotBefore(query.StartedFrom)),
                    Sql.MomentOrNull(Clock.NotBefore(query.StartedBefore)),
                    Sql.Text(query.Tenant));
                return (await list.ReadAllAsync(RunRows.Read, stop)).ToImmutableArray();
            },
            cancellation);
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<RunRecord>> ListChildrenAsync(
        RunId parent, RunId? after, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return database.DoAsync(
            async (connection, stop) =>
            {
                await using var list = connection.Command(
                    $"""
                    select {RunRows.Columns} from runs
                    where run in (
                            select children.run from children join runs as p on p.run = children.parent where p.id = $1)
                        and ($2 is null or run > (select run from runs where id = $2))
                    order by run limit $3
                    """,
                    Sql.Text(parent.Value),
                    Sql.Text(after?.Value),
                    Sql.Integer(limit));
                return (await list.ReadAllAsync(RunRows.Read, stop)).ToImmutableArray();
            },
            cancellation);
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<RunId>> FindWaitingAsync(WaitingQuery query, CancellationToken cancellation)
    {
        query.ThrowIfMalformed();
        return database.DoAsync(
            async (connection, stop) =>
            {
                await using var find = connection.Command(
                    Waiting,
                    Sql.Moment(Clock.Of(query.Now)),
                    Sql.Integer(query.Limit),
                    Sql.Integer(query.For.Value));
                return (await find.ReadAllAsync(row => new RunId(row.GetString(0)), stop)).ToImmutableArray();
            },
            cancellation);
    }

    /// <inheritdoc/>
    public Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellation) => database.DoAsync(
        async (connection, stop) =>
        {
            await using var next = connection.Command("select min(wake_at) from runs where wake_at is not null");
            return await next.ExecuteScalarAsync(stop) is DateTime due ? new DateTimeOffset(due) : (DateTimeOffset?)null;
        },
        cancellation);

    /// <inheritdoc/>
    public Task<Pruned> PruneAsync(PruneRule rule, CancellationToken cancellation)
    {
        rule.ThrowIfMalformed();
        return pruning.PruneAsync(rule, cancellation);
    }

    /// <inheritdoc/>
    public Task<bool> WasPrunedAsync(RunId run, CancellationToken cancellation) => database.DoAsync(
        async (connection, stop) =>
        {
            await using var find = connection.Command(
                "select exists (select from runs where id = $1 and run < 0)", Sql.Text(run.Value));
            return (bool)(await find.ExecuteScalarAsync(stop))!;
        },
        cancellation);

    private Task<RunRecord?> FindAsync(string sql, string name, CancellationToken cancellation) => database.DoAsync(
        async (connection, stop) =>
        {
            await using var find = connection.Command(sql, Sql.Text(name));
            await using var rows = await find.ExecuteReaderAsync(stop);
            return await rows.ReadAsync(stop) ? RunRows.Read(rows) : null;
        },
        cancellation);
}
