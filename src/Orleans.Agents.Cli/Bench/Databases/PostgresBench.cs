using System.Data.Common;
using Npgsql;
using Orleans.Agents.Journal;
using Orleans.Agents.Storage.Postgres;

namespace Orleans.Agents.Cli.Bench.Databases;

/// <summary>A database of its own on a PostgreSQL server.</summary>
internal sealed class PostgresBench(string connectionString) : IBenchDatabase
{
    private const int RunsPerCommit = 10_000;

    /// <summary>How many bare loops write at once: as many connections as the store uses.</summary>
    private const int FloorConnections = 2;

    // Every server has it, and a database cannot be made or removed from within.
    private const string Neighbour = "postgres";

    /// <inheritdoc/>
    public BenchAddress Address { get; } = new(BenchAddress.Postgres, connectionString);

    /// <inheritdoc/>
    public string EventsText => "convert_from(a.events, 'UTF8')";

    /// <inheritdoc/>
    public string ResultsSql =>
        """
        select r.id as run, (e ->> 'visit')::bigint as visit, (e ->> 'branch')::bigint as branch, a.epoch
        from appends a join runs r on r.run = a.run, jsonb_array_elements(convert_from(a.events, 'UTF8')::jsonb) e
        where e ->> 'type' = 'activity.succeeded'
        """;

    /// <summary>Makes a database on a server.</summary>
    /// <exception cref="CommandException">The address is not one of a server.</exception>
    /// <exception cref="StoreException">The server does not let us.</exception>
    public static async Task<PostgresBench> CreateAsync(string server, CancellationToken cancellation)
    {
        if (!PostgresAddress.TryRead(server, out var own))
        {
            throw CommandException.Usage(
                "--connection is not the address of a PostgreSQL server; expected postgres://user@host or 'Host=…;Username=…'.");
        }

        own.Database = $"agents_bench_{Guid.NewGuid():n}";
        try
        {
            await AtServerAsync(own, $"create database {own.Database}", cancellation);
            return new PostgresBench(own.ConnectionString);
        }
        catch (NpgsqlException problem)
        {
            throw new StoreException(
                "store.unavailable", $"The server does not let the bench make a database: {problem.Message}", true, problem);
        }
    }

    /// <inheritdoc/>
    public IStore OpenStore() => new PostgresStore(new PostgresStoreOptions { ConnectionString = connectionString });

    /// <inheritdoc/>
    public async Task<DbConnection> ConnectAsync(CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellation);
        return connection;
    }

    /// <inheritdoc/>
    public async Task CopyRunAsync(RunCopies copies, CancellationToken cancellation)
    {
        await using var connection = await ConnectAsync(cancellation);
        for (var first = 0; first < copies.Count; first += RunsPerCommit)
        {
            await connection.ExecuteAsync(
                """
                with copies as (
                    insert into runs (id, workflow, hash, version, wake_at, status, state, started_at, updated_at)
                    select @prefix || n, workflow, hash, version, wake_at, status, state, started_at, updated_at
                    from runs, generate_series(@first, @last) n where id = @of
                    returning run, id)
                insert into appends (run, seq, at, epoch, events)
                select c.run, a.seq, a.at, a.epoch,
                    convert_to(replace(convert_from(a.events, 'UTF8'), @of, c.id), 'UTF8')
                from copies c, runs t join appends a on a.run = t.run
                where t.id = @of
                order by c.run, a.seq
                """,
                cancellation,
                ("of", copies.Of),
                ("prefix", copies.Prefix),
                ("first", first),
                ("last", Math.Min(first + RunsPerCommit, copies.Count) - 1));
        }

        await connection.ExecuteAsync("vacuum analyze runs, appends", cancellation);
    }

    /// <inheritdoc/>
    public async Task<StoreCounters> CountAsync(CancellationToken cancellation)
    {
        await using var connection = await ConnectAsync(cancellation);
        var told = await connection.NumbersAsync(
            """
            select
                (select xact_commit from pg_stat_database where datname = current_database()),
                (select coalesce((to_jsonb(w) ->> 'wal_sync')::bigint, -1) from pg_stat_wal w),
                (pg_current_wal_insert_lsn() - '0/0')::bigint,
                pg_backend_pid()::bigint
            """,
            cancellation);
        return new StoreCounters(
            Commits: told[0],
            Flushes: told[1] < 0 ? null : told[1],
            WalBytes: told[2],
            Processor: ProcessFiles.ServerOf((int)told[3], "postgres") is { } server
                ? ProcessFiles.ProcessorOfFamily(server)
                : null);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<double>> MeasureFloorAsync(FloorPlan plan, CancellationToken cancellation)
    {
        var loops = Enumerable.Range(0, plan.Runs == 1 ? 1 : FloorConnections).Select(async _ =>
        {
            await using var connection = (NpgsqlConnection)await ConnectAsync(cancellation);
            await using var floor = await PostgresFloor.PrepareAsync(connection, cancellation);
            return await floor.MeasureAsync(plan, cancellation);
        });
        return [.. (await Task.WhenAll(loops)).SelectMany(took => took)];
    }

    /// <inheritdoc/>
    public Task RemoveAsync()
    {
        NpgsqlConnection.ClearAllPools();
        var own = new NpgsqlConnectionStringBuilder(connectionString);
        return AtServerAsync(own, $"drop database {own.Database} with (force)", CancellationToken.None);
    }

    private static async Task AtServerAsync(
        NpgsqlConnectionStringBuilder own, string sql, CancellationToken cancellation)
    {
        var server = new NpgsqlConnectionStringBuilder(own.ConnectionString) { Database = Neighbour, Pooling = false };
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync(cancellation);
        await connection.ExecuteAsync(sql, cancellation);
    }
}
