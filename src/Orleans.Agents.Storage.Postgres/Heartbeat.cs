using Npgsql;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>
/// Says by the database's clock that this process lives, from a thread and over a connection of its own: neither a busy
/// thread pool nor a long append delays it.
/// </summary>
/// <remarks>
/// Each beat also keeps <c>on_time_since</c>: since when this process was never late. Whoever was late itself knows nothing
/// about the silence of others: the database stood still, or the process did.
/// </remarks>
internal sealed class Heartbeat : IAsyncDisposable
{
    // Late is who would be late with the shortest lease of all: it must not judge by a longer one's patience. A clock that
    // was set back counts as late too.
    private const string Statement =
        """
        with alive as materialized (select epoch from carrier where epoch = any ($1) and fenced_at is null)
        insert into beats (epoch, at, on_time_since)
        select epoch, clock_timestamp(), clock_timestamp() from alive
        on conflict (epoch) do update set at = excluded.at, on_time_since = case
            when excluded.at - beats.at between interval '0' and (select min(lease) / 2 from carrier where fenced_at is null)
            then beats.on_time_since else excluded.at end
        returning epoch, (locked_under = pg_postmaster_start_time()) is true and exists (
            select from pg_locks join carrier on carrier.lock_key = classid::bigint << 32 | objid::bigint
            where locktype = 'advisory' and objsubid = 1 and granted and carrier.epoch = beats.epoch)
        """;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Database database;
    private readonly TimeSpan interval;
    private readonly int timeoutSeconds;
    private readonly Action<List<long>, Dictionary<long, bool>> answered;
    private readonly object gate = new();
    private readonly HashSet<long> epochs = [];
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Thread? thread;
    private bool isClosed;

    /// <summary>Makes a heart that begins to beat with its first epoch.</summary>
    /// <param name="database">Where it beats.</param>
    /// <param name="lease">How long others bear silence.</param>
    /// <param name="answered">
    /// Told after each beat which epochs beat, and of the ones that are not fenced whether their locks are held.
    /// </param>
    public Heartbeat(Database database, TimeSpan lease, Action<List<long>, Dictionary<long, bool>> answered)
    {
        this.database = database;
        this.answered = answered;
        interval = TimeSpan.FromTicks(Math.Min(TimeSpan.TicksPerSecond, lease.Ticks / 4));
        timeoutSeconds = (int)Math.Ceiling(lease.TotalSeconds / 2);
    }

    /// <summary>Beats for an epoch from now on; its first beat was its row.</summary>
    public void Add(Epoch epoch)
    {
        lock (gate)
        {
            epochs.Add(epoch.Value);
            if (thread is null && !isClosed)
            {
                thread = new Thread(Run) { IsBackground = true, Name = "agents postgres heartbeat" };
                thread.Start();
            }
        }
    }

    /// <summary>Beats no more for an epoch.</summary>
    public void Remove(Epoch epoch)
    {
        lock (gate)
        {
            epochs.Remove(epoch.Value);
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            isClosed = true;
            Monitor.Pulse(gate);
            if (thread is null)
            {
                ended.TrySetResult();
            }
        }

        await ended.Task;
    }

    private void Run()
    {
        NpgsqlConnection? connection = null;
        while (WaitFor(connection is null ? Pause : interval) is { } living)
        {
            try
            {
                connection ??= database.Open();
                answered(living, Beat(connection, living));
            }
            catch (Exception problem) when (PostgresProblem.IsOfTheServer(problem))
            {
                // It says so by being silent; the next beat is tried on a new connection.
                connection?.Dispose();
                connection = null;
            }
        }

        connection?.Dispose();
        ended.SetResult();
    }

    // Null when it is over.
    private List<long>? WaitFor(TimeSpan time)
    {
        lock (gate)
        {
            if (!isClosed)
            {
                Monitor.Wait(gate, time);
            }

            return isClosed ? null : [.. epochs];
        }
    }

    private Dictionary<long, bool> Beat(NpgsqlConnection connection, List<long> living)
    {
        using var beat = connection.Command(Statement, Sql.Integers(living));
        beat.CommandTimeout = timeoutSeconds;
        using var rows = beat.ExecuteReader();
        var isLocked = new Dictionary<long, bool>();
        while (rows.Read())
        {
            isLocked.Add(rows.GetInt64(0), rows.GetBoolean(1));
        }

        return isLocked;
    }
}
