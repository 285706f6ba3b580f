using Npgsql;
using Orleans.Agents.Faults;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>A connection that writes, with its statement prepared where a session can hold it.</summary>
internal sealed class WriteSession : IDisposable
{
    // A plan is made once and must be good for tables of any size, also when they were empty as it was made: everything is
    // reached by index, row by row. And what is answered is durable, whatever this server does by default. A process that
    // stands still in the middle of a transaction would hold its epoch's row, so that nobody could fence it: the server ends
    // such a session, and the appends are sent again if the process comes to itself.
    private const string Settings =
        """
        select set_config(name, value, false) from (values
            ('plan_cache_mode', 'force_generic_plan'), ('jit', 'off'),
            ('idle_in_transaction_session_timeout', '1s'),
            ('enable_hashjoin', 'off'), ('enable_mergejoin', 'off'), ('enable_seqscan', 'off'),
            ('synchronous_commit',
                case current_setting('synchronous_commit') when 'off' then 'on'
                    else current_setting('synchronous_commit') end)) as settings (name, value)
        """;

    private readonly NpgsqlConnection connection;
    private readonly AppendBatch batch;
    private readonly SingleAppends single;
    private readonly BesideBatch beside;

    private WriteSession(NpgsqlConnection connection, FaultPlan faults)
    {
        this.connection = connection;
        batch = new AppendBatch(connection, faults);
        single = new SingleAppends(connection, faults);
        beside = new BesideBatch(connection, batch);
        using var ask = connection.Command("select pg_backend_pid()");
        if (Database.IsSessionOf(connection, (int)ask.ExecuteScalar()!))
        {
            using var settings = connection.Command(Settings);
            settings.ExecuteNonQuery();
            batch.Prepare();
            single.Prepare();
            beside.Prepare();
        }
    }

    /// <summary>Opens a connection to a database that has been migrated.</summary>
    public static WriteSession Open(Database database)
    {
        var connection = database.Open();
        try
        {
            return new WriteSession(connection, database.Faults);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Stores appends of one epoch and gives each its outcome.</summary>
    public void Store(ReadOnlySpan<PendingAppend> appends)
    {
        if (appends.Length == 1 && single.TryStore(appends[0].Append))
        {
            appends[0].Outcome = AppendBatch.Stored;
            return;
        }

        var isValid = BesideBatch.IsNeeded(appends) ? StoreWithBeside(appends) : batch.Execute(appends);
        foreach (var append in appends)
        {
            if (!isValid)
            {
                append.Outcome = LostAppends.Lost;
            }
            else if (append.Outcome is null)
            {
                append.Outcome = LostAppends.Explain(connection, append.Append);
            }
        }
    }

    private bool StoreWithBeside(ReadOnlySpan<PendingAppend> appends)
    {
        using var transaction = connection.BeginTransaction();
        var isValid = batch.Execute(appends);
        if (isValid)
        {
            beside.Execute(appends);
        }

        transaction.Commit();
        return isValid;
    }

    public void Dispose()
    {
        batch.Dispose();
        single.Dispose();
        beside.Dispose();
        connection.Dispose();
    }
}
