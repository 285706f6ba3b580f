using System.Collections.Immutable;
using Npgsql;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>The notes in the database.</summary>
internal sealed class PostgresInbox(Database database) : IInbox
{
    /// <inheritdoc/>
    // A statement that is done twice because its connection broke may find the note of the first time: the caller hears
    // that it was left before, and so it was.
    public Task<Posted> PostAsync(InboxNote note, CancellationToken cancellation)
    {
        note.ThrowIfMalformed();
        return database.DoAsync((connection, stop) => PostAsync(connection, note, stop), cancellation);
    }

    /// <inheritdoc/>
    public Task<bool> HasAsync(RunId run, string id, CancellationToken cancellation) => database.DoAsync(
        async (connection, stop) =>
        {
            await using var ask = connection.Command(
                "select exists (select from runs join inbox using (run) where runs.id = $1 and inbox.id = $2)",
                Sql.Text(run.Value),
                Sql.Text(id));
            return (bool)(await ask.ExecuteScalarAsync(stop))!;
        },
        cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<InboxNote>> ReadAsync(RunId run, CancellationToken cancellation) => ReadAsync(
        """
        select runs.id, inbox.id, inbox.at, inbox.body from runs join inbox using (run)
        where runs.id = $1 and inbox.consumed_at is null
        order by inbox.number
        """,
        cancellation,
        Sql.Text(run.Value));

    /// <inheritdoc/>
    // From the few unconsumed notes to their runs, never from the many runs of an epoch to their notes.
    public Task<ImmutableArray<InboxNote>> ReadForAsync(Epoch owner, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return ReadAsync(
            """
            select owned.id, inbox.id, inbox.at, inbox.body
            from inbox cross join lateral (
                select id from runs where runs.run = inbox.run and owner = $1 offset 0) as owned
            where inbox.consumed_at is null
            order by inbox.number limit $2
            """,
            cancellation,
            Sql.Integer(owner.Value),
            Sql.Integer(limit));
    }

    /// <inheritdoc/>
    // While the epoch is held for share nobody fences it, so nobody else becomes the owner of its runs.
    public Task<bool> ConsumeAsync(
        RunId run, ImmutableArray<string> notes, Epoch epoch, CancellationToken cancellation) => database.DoAsync(
        async (connection, stop) =>
        {
            await using var consume = connection.Command(
                """
                with
                    valid as materialized (select from carrier where epoch = $1 and fenced_at is null for share),
                    owned as materialized (
                        select run from runs where id = $2 and owner = $1 and exists (select from valid)),
                    consumed as (
                        update inbox set consumed_at = clock_timestamp() from owned
                        where inbox.run = owned.run and inbox.id = any ($3) and inbox.consumed_at is null)
                select exists (select from owned)
                """,
                Sql.Integer(epoch.Value),
                Sql.Text(run.Value),
                Sql.Texts([.. notes]));
            return (bool)(await consume.ExecuteScalarAsync(stop))!;
        },
        cancellation);

    private static async Task<Posted> PostAsync(
        NpgsqlConnection connection, InboxNote note, CancellationToken cancellation)
    {
        await using var post = connection.Command(
            """
            with
                target as materialized (
                    select run, status in ('succeeded', 'failed') as is_over from runs where id = $1),
                posted as (
                    insert into inbox (run, id, at, body) select run, $2, $3, $4 from target where not is_over
                    on conflict do nothing
                    returning number)
            select exists (select from posted), exists (select from inbox where run = target.run and id = $2), is_over
            from target
            """,
            Sql.Text(note.Run.Value),
            Sql.Text(note.Id),
            Sql.Moment(Clock.Of(note.At)),
            Sql.Bytes(note.Body));
        await using var rows = await post.ExecuteReaderAsync(cancellation);
        if (!await rows.ReadAsync(cancellation))
        {
            return new Posted.NoSuchRun();
        }

        // What stood in the way of a note that was not inserted may have been committed after this statement began.
        var (isStored, isRepeated, isOver) = (rows.GetBoolean(0), rows.GetBoolean(1), rows.GetBoolean(2));
        return isStored ? new Posted.Stored() : isOver && !isRepeated ? new Posted.RunIsOver() : new Posted.Repeated();
    }

    private Task<ImmutableArray<InboxNote>> ReadAsync(
        string sql, CancellationToken cancellation, params NpgsqlParameter[] values) => database.DoAsync(
        async (connection, stop) =>
        {
            await using var read = connection.Command(sql, [.. values.Select(value => value.Clone())]);
            return (await read.ReadAllAsync(Note, stop)).ToImmutableArray();
        },
        cancellation);

    private static InboxNote Note(NpgsqlDataReader row) =>
        new(new RunId(row.GetString(0)), row.GetString(1), row.Moment(2), row.Bytes(3));
}
