using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;

namespace Orleans.Agents.Storage.Sqlite;

/// <summary>
/// Stores appends inside the writer's transaction. Each is checked by its own conditional statement, so the ones that
/// lose leave no trace and the others do not notice.
/// </summary>
internal sealed class AppendStatements(Database database, InboxStatements inbox)
{
    private const int MaxKnownRuns = 100_000;

    private static readonly Appended Stored = new Appended.Stored();

    private readonly Dictionary<RunId, long> knownRuns = [];

    private readonly Statement insertRun = database.Prepare(
        """
        insert into runs (id, version, status, state, failure_code, updated_at, owner, wake_at,
            key, workflow, hash, started_at)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?6)
        on conflict do nothing
        """);

    // Touches no column with an index; a carried run has no wake_at, so that need not be cleared.
    private readonly Statement carryOn = database.Prepare(
        """
        update runs set version = ?2, status = ?3, state = ?4, failure_code = ?5, updated_at = ?6
        where run = ?1 and version = ?7 and owner = ?8
        """);

    private readonly Statement letGo = database.Prepare(
        """
        update runs set version = ?2, status = ?3, state = ?4, failure_code = ?5, updated_at = ?6,
            owner = null, wake_at = ?9
        where run = ?1 and version = ?7 and owner = ?8
        """);

    private readonly Statement insertAppend = database.Prepare(
        "insert into appends (run, seq, at, epoch, events, trace_parent) values (?1, ?2, ?3, ?4, ?5, ?6)");

    private readonly Statement findRun = database.Prepare("select run from runs where id = ?1");

    /// <summary>The answer to an append that came too late.</summary>
    public static Appended Lost { get; } = new Appended.Lost();

    /// <summary>Stores one append or says why not. The epoch has been found valid in this transaction.</summary>
    public Appended Store(Append append)
    {
        var run = append.Birth is { } birth ? Start(append, birth) : CarryOn(append);
        if (run is not { } number)
        {
            return Refuse(append);
        }

        insertAppend
            .Bind(1, number)
            .Bind(2, append.Version)
            .Bind(3, Clock.Of(append.At))
            .Bind(4, append.Epoch.Value)
            .Bind(5, append.Events)
            .Bind(6, append.TraceParent)
            .Run();
        if (append.Snapshot is { } state)
        {
            KeepSnapshot(number, append.Version, state);
        }

        foreach (var blob in append.Blobs)
        {
            Keep(number, blob);
        }

        if (append.Row.IsOver && append.Birth is null)
        {
            inbox.ConsumeAll(number, Clock.Of(append.At));
        }
        else if (!append.Consumed.IsEmpty)
        {
            inbox.Consume(number, append.Consumed, Clock.Of(append.At));
        }

        return Stored;
    }

    private long? Start(Append append, RunBirth birth)
    {
        var row = append.Row;
        var isLetGo = row.IsReleased || row.IsOver;
        insertRun
            .Bind(1, append.Run.Value)
            .Bind(7, isLetGo ? null : append.Epoch.Value)
            .Bind(8, isLetGo && !row.IsOver ? Clock.NotBefore(row.WakeAt) : null)
            .Bind(9, birth.Key)
            .Bind(10, birth.Workflow)
            .Bind(11, birth.Hash);
        if (BindRow(insertRun, append).Run() == 0)
        {
            return null;
        }

        var number = database.LastRowId;
        if (!isLetGo)
        {
            Remember(append.Run, number);
        }

        return number;
    }

    private long? CarryOn(Append append)
    {
        if (Find(append.Run) is not { } number)
        {
            return null;
        }

        var row = append.Row;
        var isLetGo = row.IsReleased || row.IsOver;
        var statement = isLetGo
            ? letGo.Bind(9, row.IsOver ? null : Clock.NotBefore(row.WakeAt))
            : carryOn;
        BindRow(statement, append).Bind(1, number).Bind(7, append.Expected).Bind(8, append.Epoch.Value);
        if (statement.Run() == 0)
        {
            return null;
        }

        if (isLetGo)
        {
            knownRuns.Remove(append.Run);
        }

        return number;
    }

    private static Statement BindRow(Statement statement, Append append) => statement
        .Bind(2, append.Version)
        .Bind(3, StatusName.Of(append.Row.Status))
        .Bind(4, append.Row.State)
        .Bind(5, append.Row.FailureCode)
        .Bind(6, Clock.Of(append.At));

    private Appended Refuse(Append append)
    {
        if (WasStored(append))
        {
            return Stored;
        }

        var statement = database.Prepare(
            """
            select id from runs where key = ?1
            union all
            select id from runs where id = ?2
            limit 1
            """);
        statement.Bind(1, append.Birth?.Key).Bind(2, append.Run.Value);
        if (append.Birth is null || !statement.Next())
        {
            return Lost;
        }

        var taken = new RunId(statement.Text(0));
        statement.Reset();
        return new Appended.AlreadyStarted(taken);
    }

    // Somebody who does not know what became of an append sends it again; it is the same one if it was stored at the
    // same place, under the same epoch, with the same bytes.
    private bool WasStored(Append append)
    {
        if (Find(append.Run) is not { } number)
        {
            return false;
        }

        var statement = database.Prepare(
            """
            select events, coalesce((select max(b.seq) from appends b where b.run = a.run and b.seq < a.seq), 0)
            from appends a where a.run = ?1 and a.seq = ?2 and a.epoch = ?3
            """);
        var isSame = statement.Bind(1, number).Bind(2, append.Version).Bind(3, append.Epoch.Value).Next()
            && statement.BlobEquals(0, append.Events.Span)
            && statement.Integer(1) == append.Expected;
        statement.Reset();
        return isSame;
    }

    private void KeepSnapshot(long run, long version, ReadOnlyMemory<byte> state) => database
        .Prepare("insert or replace into snapshots (run, version, state) values (?1, ?2, ?3)")
        .Bind(1, run)
        .Bind(2, version)
        .Bind(3, state)
        .Run();

    private void Keep(long run, Blob blob) => database
        .Prepare("insert into blobs (run, hash, body) values (?1, ?2, ?3) on conflict do nothing")
        .Bind(1, run)
        .Bind(2, blob.Hash)
        .Bind(3, blob.Body)
        .Run();

    private long? Find(RunId run)
    {
        if (knownRuns.TryGetValue(run, out var number))
        {
            return number;
        }

        if (!findRun.Bind(1, run.Value).Next())
        {
            return null;
        }

        number = findRun.Integer(0);
        findRun.Reset();
        Remember(run, number);
        return number;
    }

    private void Remember(RunId run, long number)
    {
        if (knownRuns.Count >= MaxKnownRuns)
        {
            knownRuns.Clear();
        }

        knownRuns[run] = number;
    }
}
