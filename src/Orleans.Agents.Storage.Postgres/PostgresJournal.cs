using System.Collections.Immutable;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>The journal in the database.</summary>
internal sealed class PostgresJournal(Database database, Writer writer) : IJournal
{
    /// <inheritdoc/>
    public ValueTask<Appended> AppendAsync(Append append, CancellationToken cancellation)
    {
        append.ThrowIfMalformed();
        return new ValueTask<Appended>(writer.StoreAsync(append, cancellation));
    }

    /// <inheritdoc/>
    // An owner counts as fenced only where its row says so: one that was taken after this statement began to look is not
    // to be seen yet, and lives.
    public Task<ImmutableArray<RunId>> ClaimAsync(
        ImmutableArray<RunClaim> claims, Epoch epoch, CancellationToken cancellation) => database.DoAsync(
        async (connection, stop) =>
        {
            await using var claim = connection.Command(
                """
                with
                    valid as materialized (select from carrier where epoch = $1 and fenced_at is null for share),
                    free as materialized (
                        select runs.run
                        from unnest($2, $3) as claims (id, version)
                        join runs using (id, version)
                        where exists (select from valid) and runs.status not in ('succeeded', 'failed')
                            and (runs.owner is null or runs.owner = $1
                                or exists (select from carrier where epoch = runs.owner and fenced_at is not null))
                        order by runs.id
                        for update of runs)
                update runs set owner = $1, wake_at = null from free where runs.run = free.run
                returning runs.id
                """,
                Sql.Integer(epoch.Value),
                Sql.Texts([.. claims.Select(claim => claim.Run.Value)]),
                Sql.Integers([.. claims.Select(claim => claim.Version)]));
            return (await claim.ReadAllAsync(row => new RunId(row.GetString(0)), stop)).ToImmutableArray();
        },
        cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<RunHistory>> ReadAsync(ImmutableArray<RunId> runs, CancellationToken cancellation) =>
        database.DoAsync((connection, stop) => RunHistories.ReadAsync(connection, runs, stop), cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<StoredAppend>> ReadAppendsAsync(
        RunId run, long after, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return database.DoAsync(
            async (connection, stop) =>
            {
                await using var read = connection.Command(
                    """
                    select seq, at, epoch, events, trace_parent from appends
                    where run = (select run from runs where id = $1) and seq > $2
                    order by seq limit $3
                    """,
                    Sql.Text(run.Value),
                    Sql.Integer(after),
                    Sql.Integer(limit));
                return (await read.ReadAllAsync(row => RunHistories.Append(row, 0), stop)).ToImmutableArray();
            },
            cancellation);
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<NewAppends>> ReadNewAsync(
        ImmutableArray<RunPlace> places, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return database.DoAsync(
            async (connection, stop) =>
            {
                await using var read = connection.Command(
                    """
                    select runs.id, news.seq, news.at, news.epoch, news.events, news.trace_parent
                    from unnest($1, $2) as places (id, after)
                    join runs on runs.id = places.id and runs.version > places.after
                    cross join lateral (
                        select seq, at, epoch, events, trace_parent from appends
                        where appends.run = runs.run and seq > places.after
                        order by seq limit $3) as news
                    order by runs.run, news.seq
                    """,
                    Sql.Texts([.. places.Select(place => place.Run.Value)]),
                    Sql.Integers([.. places.Select(place => place.After)]),
                    Sql.Integer(limit));
                var appends = await read.ReadAllAsync(
                    row => (Run: row.GetString(0), Append: RunHistories.Append(row, 1)), stop);
                return appends.GroupBy(row => row.Run, row => row.Append, StringComparer.Ordinal)
                    .Select(of => new NewAppends(new RunId(of.Key), [.. of]))
                    .ToImmutableArray();
            },
            cancellation);
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<Blob>> ReadBlobsAsync(
        ImmutableArray<BlobKey> blobs, CancellationToken cancellation) => database.DoAsync(
        async (connection, stop) =>
        {
            var wanted = blobs.Distinct().ToList();
            await using var read = connection.Command(
                """
                select blobs.hash, blobs.body
                from unnest($1, $2) as wanted (id, blob)
                join runs using (id)
                join blobs on blobs.run = runs.run and blobs.hash = wanted.blob
                """,
                Sql.Texts([.. wanted.Select(blob => blob.Run.Value)]),
                Sql.Texts([.. wanted.Select(blob => blob.Hash)]));
            return (await read.ReadAllAsync(row => new Blob(row.GetString(0), row.Bytes(1)), stop)).ToImmutableArray();
        },
        cancellation);
}
