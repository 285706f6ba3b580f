using Npgsql;
using NpgsqlTypes;
using Orleans.Agents.Faults;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>
/// Stores an append that has no company by a statement with plain values: to begin the one for batches takes the server
/// twice as long as all of this. What it does not store, for whatever reason, is left to that one to store or to explain.
/// </summary>
internal sealed class SingleAppends : IDisposable
{
    private const string Starts =
        """
        with
            valid as materialized (select from carrier where epoch = $1 and fenced_at is null for share),
            stored as (
                insert into runs (id, key, workflow, hash, started_at, updated_at, version, owner, status, state)
                select $2, $9, $10, $11, $4, $4, $3, $1, $5, $6 from valid
                on conflict do nothing
                returning run)
        """;

    private const string CarriesOn =
        """
        with
            valid as materialized (select from carrier where epoch = $1 and fenced_at is null for share),
            stored as (
                update runs set version = $3, updated_at = $4, status = $5, state = $6
                where id = $2 and version = $9 and (owner = $1) is true and exists (select from valid)
                returning run)
        """;

    private const string Ends =
        """
        with
            valid as materialized (select from carrier where epoch = $1 and fenced_at is null for share),
            stored as (
                update runs set version = $3, updated_at = $4, status = $5, state = $6, owner = null, failure_code = $10
                where id = $2 and version = $9 and (owner = $1) is true and exists (select from valid)
                returning run),
            consumed as (
                update inbox set consumed_at = $4 from stored where inbox.run = stored.run and inbox.consumed_at is null)
        """;

    private const string Appends =
        """

        insert into appends (run, seq, at, epoch, events, trace_parent)
        select run, $3, $4, $1, $7, $8 from stored
        """;

    private readonly FaultPlan faults;
    private readonly NpgsqlParameter<string?> key = Value<string?>(NpgsqlDbType.Text);
    private readonly NpgsqlParameter<string> workflow = Value<string>(NpgsqlDbType.Text);
    private readonly NpgsqlParameter<string> hash = Value<string>(NpgsqlDbType.Text);
    private readonly NpgsqlParameter<long> carriedFrom = Value<long>(NpgsqlDbType.Bigint);
    private readonly NpgsqlParameter<long> endedFrom = Value<long>(NpgsqlDbType.Bigint);
    private readonly NpgsqlParameter<string?> failure = Value<string?>(NpgsqlDbType.Text);
    private readonly Statement start;
    private readonly Statement carryOn;
    private readonly Statement end;

    /// <summary>Makes the statements for a connection.</summary>
    public SingleAppends(NpgsqlConnection connection, FaultPlan faults)
    {
        this.faults = faults;
        start = new Statement(connection, Starts, key, workflow, hash);
        carryOn = new Statement(connection, CarriesOn, carriedFrom);
        end = new Statement(connection, Ends, endedFrom, failure);
    }

    /// <summary>Lets the server parse the statements and plan them, once for all appends.</summary>
    public void Prepare()
    {
        start.Prepare();
        carryOn.Prepare();
        end.Prepare();
    }

    /// <summary>Stores an append, if it is one of the plain ones and nothing stands against it.</summary>
    public bool TryStore(Append append)
    {
        var row = append.Row;
        var isPlain = append is
        {
            Snapshot: null, Consumed.IsEmpty: true, Blobs.IsEmpty: true, Children.IsEmpty: true, Notes.IsEmpty: true,
        };
        if (!isPlain || faults.Chooses(KillPoint.AfterSend))
        {
            return false;
        }

        if (append.Birth is { } birth)
        {
            key.TypedValue = birth.Key;
            workflow.TypedValue = birth.Workflow;
            hash.TypedValue = birth.Hash;
            return !row.IsOver && !row.IsReleased && start.Stores(append);
        }

        if (row.IsOver)
        {
            endedFrom.TypedValue = append.Expected;
            failure.TypedValue = row.FailureCode;
            return end.Stores(append);
        }

        carriedFrom.TypedValue = append.Expected;
        return !row.IsReleased && carryOn.Stores(append);
    }

    public void Dispose()
    {
        start.Dispose();
        carryOn.Dispose();
        end.Dispose();
    }

    private static NpgsqlParameter<T> Value<T>(NpgsqlDbType type) => new() { NpgsqlDbType = type };

    // What every append has; a value belongs to one statement, so each has its own.
    private sealed class Statement : IDisposable
    {
        private readonly NpgsqlParameter<long> epoch = Value<long>(NpgsqlDbType.Bigint);
        private readonly NpgsqlParameter<string> id = Value<string>(NpgsqlDbType.Text);
        private readonly NpgsqlParameter<long> version = Value<long>(NpgsqlDbType.Bigint);
        private readonly NpgsqlParameter<DateTime> at = Value<DateTime>(NpgsqlDbType.TimestampTz);
        private readonly NpgsqlParameter<string> status = Value<string>(NpgsqlDbType.Text);
        private readonly NpgsqlParameter<string?> state = Value<string?>(NpgsqlDbType.Text);
        private readonly NpgsqlParameter<ReadOnlyMemory<byte>> events = Value<ReadOnlyMemory<byte>>(NpgsqlDbType.Bytea);
        private readonly NpgsqlParameter<string?> trace = Value<string?>(NpgsqlDbType.Text);
        private readonly NpgsqlCommand command;

        public Statement(NpgsqlConnection connection, string stores, params NpgsqlParameter[] more) =>
            command = connection.Command(stores + Appends, [epoch, id, version, at, status, state, events, trace, .. more]);

        public void Prepare() => command.Prepare();

        public bool Stores(Append append)
        {
            epoch.TypedValue = append.Epoch.Value;
            id.TypedValue = append.Run.Value;
            version.TypedValue = append.Version;
            at.TypedValue = Clock.Of(append.At);
            status.TypedValue = StatusName.Of(append.Row.Status);
            state.TypedValue = append.Row.State;
            events.TypedValue = append.Events;
            trace.TypedValue = append.TraceParent;
            return command.ExecuteNonQuery() == 1;
        }

        public void Dispose() => command.Dispose();
    }
}
