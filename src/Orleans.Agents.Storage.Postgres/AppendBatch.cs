using Npgsql;
using NpgsqlTypes;
using Orleans.Agents.Faults;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>
/// The one statement that stores appends, with its values as columns: lists that are filled anew for each batch. Every
/// append is checked by itself, so the ones that lose leave no trace and the others do not notice.
/// </summary>
internal sealed class AppendBatch : IDisposable
{
    // The owner is compared in a way no index serves: the run is found by its name, never among all that one epoch owns.
    // Membership is asked in a way that is answered from a hash table, never by comparing each with each.
    private const string Stores =
        """
        with
            valid as materialized (select from carrier where epoch = $1 and fenced_at is null for share),
            input as materialized (
                select *, case when expected = 0 then nextval('runs_run_seq') end as run
                from unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) with ordinality
                    as i (id, key, workflow, hash, expected, version, at, is_kept, wake_at, status, state, failure_code,
                        events, trace_parent, snapshot, place)
                where exists (select from valid)),
            started as (
                insert into runs (run, id, key, workflow, hash, started_at, updated_at, version, owner, wake_at,
                    status, state, failure_code)
                select run, id, key, workflow, hash, at, at, version, case when is_kept then $1 end, wake_at,
                    status, state, failure_code
                from input where expected = 0
                on conflict do nothing
                returning run),
            carried as (
                update runs set updated_at = i.at, version = i.version, owner = case when is_kept then owner end,
                    wake_at = i.wake_at, status = i.status, state = i.state, failure_code = i.failure_code
                from input i
                where i.expected > 0 and runs.id = i.id and runs.version = i.expected and (owner = $1) is true
                returning runs.run, i.version, i.at, i.events, i.trace_parent, i.snapshot, i.place, i.status),
            stored as (
                select run, version, at, events, trace_parent, snapshot, place, status from carried
                union all
                select run, version, at, events, trace_parent, snapshot, place, status from input
                where expected = 0 and (run in (select run from started)) is true),
            appended as (
                insert into appends (run, seq, at, epoch, events, trace_parent)
                select run, version, at, $1, events, trace_parent from stored),
            kept as (
                insert into snapshots (run, version, state)
                select run, version, snapshot from stored where snapshot is not null
                on conflict (run) do update set version = excluded.version, state = excluded.state)
        """;

    // Only sent when a run ends or a note was read: most batches need not look into the inbox.
    private const string Consumes =
        """
        ,
            done as (
                select run, at, place, status in ('succeeded', 'failed') as is_over from stored
                where status in ('succeeded', 'failed') or (place in (select unnest($17))) is true),
            consumed as (
                update inbox set consumed_at = done.at from done
                where inbox.run = done.run and inbox.consumed_at is null
                    and (done.is_over or ((done.place, inbox.id) in (select * from unnest($17, $18))) is true))
        """;

    // Only sent when something large was taken out of an append.
    private const string Keeps =
        """
        ,
            beside as (
                insert into blobs (run, hash, body)
                select stored.run, b.hash, b.body
                from unnest($19, $20, $21) as b (place, hash, body) join stored using (place)
                on conflict do nothing)
        """;

    private const string Losers =
        """

        select 0::bigint where not exists (select from valid)
        union all
        select place from input
        where (place in (select place from carried)) is not true and (run in (select run from started)) is not true
        """;

    private static readonly Appended Stored = new Appended.Stored();

    private readonly FaultPlan faults;
    private readonly NpgsqlCommand store;
    private readonly NpgsqlCommand storeAndConsume;
    private readonly NpgsqlCommand storeWithBlobs;
    private readonly List<string> ids = [];
    private readonly List<string?> keys = [];
    private readonly List<string?> workflows = [];
    private readonly List<string?> hashes = [];
    private readonly List<long> expected = [];
    private readonly List<long> versions = [];
    private readonly List<DateTime> moments = [];
    private readonly List<bool> kept = [];
    private readonly List<DateTime?> wakes = [];
    private readonly List<string> statuses = [];
    private readonly List<string?> states = [];
    private readonly List<string?> failures = [];
    private readonly List<ReadOnlyMemory<byte>> events = [];
    private readonly List<string?> traces = [];
    private readonly List<ReadOnlyMemory<byte>?> snapshots = [];
    private readonly List<long> readers = [];
    private readonly List<string> notes = [];
    private readonly List<long> senders = [];
    private readonly List<string> blobs = [];
    private readonly List<ReadOnlyMemory<byte>> bodies = [];

    /// <summary>Makes the statement for a connection.</summary>
    public AppendBatch(NpgsqlConnection connection, FaultPlan faults)
    {
        this.faults = faults;
        store = connection.Command(Stores + Losers, Columns());
        storeAndConsume = connection.Command(Stores + Consumes + Losers, [.. Columns(), .. NoteColumns()]);
        storeWithBlobs = connection.Command(
            Stores + Consumes + Keeps + Losers, [.. Columns(), .. NoteColumns(), .. BlobColumns()]);
    }

    /// <summary>Lets the server parse the statements and plan them, once for all batches.</summary>
    public void Prepare()
    {
        store.Prepare();
        storeAndConsume.Prepare();
        storeWithBlobs.Prepare();
    }

    /// <summary>
    /// Stores appends of one epoch, in the order in which every writer takes its locks, and gives each its outcome;
    /// the ones that lost have none yet.
    /// </summary>
    /// <returns>Whether the epoch may write; if not, all have lost.</returns>
    public bool Execute(ReadOnlySpan<PendingAppend> appends)
    {
        var statement = Fill(appends);
        foreach (var append in appends)
        {
            append.Outcome = Stored;
        }

        var isValid = true;
        ((NpgsqlParameter<long>)statement.Parameters[0]).TypedValue = appends[0].Append.Epoch.Value;
        using var losers = Send(statement);
        while (losers.Read())
        {
            var place = losers.GetInt64(0);
            if (place > 0)
            {
                appends[(int)place - 1].Outcome = null;
            }

            isValid &= place > 0;
        }

        return isValid;
    }

    public void Dispose()
    {
        store.Dispose();
        storeAndConsume.Dispose();
        storeWithBlobs.Dispose();
    }

    // A call that is not awaited returns when the statement has been sent; only who wants to die there goes that way.
    private NpgsqlDataReader Send(NpgsqlCommand statement)
    {
        if (!faults.Chooses(KillPoint.AfterSend))
        {
            return statement.ExecuteReader();
        }

        var answer = statement.ExecuteReaderAsync();
        faults.Reached(KillPoint.AfterSend);
        return answer.GetAwaiter().GetResult();
    }

    // Chooses the statement that does all there is to do, and no more.
    private NpgsqlCommand Fill(ReadOnlySpan<PendingAppend> appends)
    {
        Clear();
        var consumes = false;
        foreach (var pending in appends)
        {
            var append = pending.Append;
            var row = append.Row;
            var isKept = !row.IsReleased && !row.IsOver;
            ids.Add(append.Run.Value);
            keys.Add(append.Birth?.Key);
            workflows.Add(append.Birth?.Workflow);
            hashes.Add(append.Birth?.Hash);
            expected.Add(append.Expected);
            versions.Add(append.Version);
            moments.Add(Clock.Of(append.At));
            kept.Add(isKept);
            wakes.Add(isKept || row.IsOver ? null : Clock.NotBefore(row.WakeAt));
            statuses.Add(StatusName.Of(row.Status));
            states.Add(row.State);
            failures.Add(row.FailureCode);
            events.Add(append.Events);
            traces.Add(append.TraceParent);
            snapshots.Add(append.Snapshot);
            consumes |= row.IsOver || !append.Consumed.IsEmpty;
            FillBeside(append);
        }

        return blobs.Count > 0 ? storeWithBlobs : consumes ? storeAndConsume : store;
    }

    private void FillBeside(Append append)
    {
        foreach (var note in append.Consumed)
        {
            readers.Add(ids.Count);
            notes.Add(note);
        }

        foreach (var blob in append.Blobs)
        {
            senders.Add(ids.Count);
            blobs.Add(blob.Hash);
            bodies.Add(blob.Body);
        }
    }

    private void Clear()
    {
        ids.Clear();
        keys.Clear();
        workflows.Clear();
        hashes.Clear();
        expected.Clear();
        versions.Clear();
        moments.Clear();
        kept.Clear();
        wakes.Clear();
        statuses.Clear();
        states.Clear();
        failures.Clear();
        events.Clear();
        traces.Clear();
        snapshots.Clear();
        readers.Clear();
        notes.Clear();
        senders.Clear();
        blobs.Clear();
        bodies.Clear();
    }

    private NpgsqlParameter[] Columns() =>
    [
        new NpgsqlParameter<long> { NpgsqlDbType = NpgsqlDbType.Bigint },
        Column(ids, NpgsqlDbType.Text),
        Column(keys, NpgsqlDbType.Text),
        Column(workflows, NpgsqlDbType.Text),
        Column(hashes, NpgsqlDbType.Text),
        Column(expected, NpgsqlDbType.Bigint),
        Column(versions, NpgsqlDbType.Bigint),
        Column(moments, NpgsqlDbType.TimestampTz),
        Column(kept, NpgsqlDbType.Boolean),
        Column(wakes, NpgsqlDbType.TimestampTz),
        Column(statuses, NpgsqlDbType.Text),
        Column(states, NpgsqlDbType.Text),
        Column(failures, NpgsqlDbType.Text),
        Column(events, NpgsqlDbType.Bytea),
        Column(traces, NpgsqlDbType.Text),
        Column(snapshots, NpgsqlDbType.Bytea),
    ];

    private NpgsqlParameter[] NoteColumns() =>
        [Column(readers, NpgsqlDbType.Bigint), Column(notes, NpgsqlDbType.Text)];

    private NpgsqlParameter[] BlobColumns() =>
        [Column(senders, NpgsqlDbType.Bigint), Column(blobs, NpgsqlDbType.Text), Column(bodies, NpgsqlDbType.Bytea)];

    private static NpgsqlParameter Column<T>(List<T> values, NpgsqlDbType type) =>
        Sql.Of(values, NpgsqlDbType.Array | type);
}
