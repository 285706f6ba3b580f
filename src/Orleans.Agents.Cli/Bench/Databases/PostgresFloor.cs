using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;

namespace Orleans.Agents.Cli.Bench.Databases;

/// <summary>The floor on PostgreSQL: one connection, one statement over arrays after another, prepared once.</summary>
internal sealed class PostgresFloor : IAsyncDisposable
{
    // The settings the store's writers have: plans made for empty tables must do for full ones.
    private const string Settings =
        """
        set plan_cache_mode = force_generic_plan; set jit = off;
        set enable_hashjoin = off; set enable_mergejoin = off; set enable_seqscan = off;
        """;

    private const string Start =
        """
        with
            input as materialized (
                select *, nextval('runs_run_seq') as run from unnest($1, $2) as i (id, events)),
            started as (
                insert into runs (run, id, workflow, hash, started_at, updated_at, version, owner, status, state)
                select run, id, 'floor', 'sha256:0', $3, $3, 3, 0, 'running', 'some-state' from input
                on conflict do nothing),
            appended as (
                insert into appends (run, seq, at, epoch, events) select run, 3, $3, 0, events from input)
        select run from input
        """;

    private const string Step =
        """
        with carried as (
            update runs set updated_at = $3, version = $4, owner = case when $6 then owner end,
                status = case when $6 then 'running' else 'succeeded' end, state = case when $6 then 'some-state' end
            from unnest($1, $2) as i (run, events)
            where runs.run = i.run and runs.version = $5 and (owner = 0) is true
            returning runs.run, i.events)
        insert into appends (run, seq, at, epoch, events) select run, $4, $3, 0, events from carried
        """;

    private readonly NpgsqlCommand start;
    private readonly NpgsqlCommand step;

    private PostgresFloor(NpgsqlConnection connection)
    {
        start = new NpgsqlCommand(Start, connection);
        Declare(start, NpgsqlDbType.Array | NpgsqlDbType.Text, NpgsqlDbType.Array | NpgsqlDbType.Bytea, NpgsqlDbType.TimestampTz);
        step = new NpgsqlCommand(Step, connection);
        Declare(
            step,
            NpgsqlDbType.Array | NpgsqlDbType.Bigint,
            NpgsqlDbType.Array | NpgsqlDbType.Bytea,
            NpgsqlDbType.TimestampTz,
            NpgsqlDbType.Bigint,
            NpgsqlDbType.Bigint,
            NpgsqlDbType.Boolean);
    }

    /// <summary>Prepares the statements for a connection.</summary>
    public static async Task<PostgresFloor> PrepareAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await connection.ExecuteAsync(Settings, cancellation);
        var floor = new PostgresFloor(connection);
        await floor.start.PrepareAsync(cancellation);
        await floor.step.PrepareAsync(cancellation);
        return floor;
    }

    /// <summary>Writes rounds of runs and says how long each round took, in milliseconds.</summary>
    public async Task<IReadOnlyList<double>> MeasureAsync(FloorPlan plan, CancellationToken cancellation)
    {
        var name = $"floor-{Guid.NewGuid():n}";
        var begin = Stopwatch.GetTimestamp();
        var took = new List<double>();
        do
        {
            var round = Stopwatch.GetTimestamp();
            await RoundAsync($"{name}-{took.Count}", plan, cancellation);
            took.Add(Stopwatch.GetElapsedTime(round).TotalMilliseconds);
        }
        while (Stopwatch.GetElapsedTime(begin) < plan.Time);

        return took;
    }

    public async ValueTask DisposeAsync()
    {
        await start.DisposeAsync();
        await step.DisposeAsync();
    }

    private async Task RoundAsync(string name, FloorPlan plan, CancellationToken cancellation)
    {
        var events = Enumerable.Repeat(FloorEvents.Utf8, plan.Runs).ToArray();
        Fill(start, Enumerable.Range(0, plan.Runs).Select(i => $"{name}-{i}").ToArray(), events, DateTime.UtcNow);
        var runs = await StartAsync(cancellation);
        for (var i = 1; i <= plan.Steps; i++)
        {
            if (plan.Pause > TimeSpan.Zero)
            {
                await Task.Delay(plan.Pause, cancellation);
            }

            Fill(step, runs, events, DateTime.UtcNow, (i + 1) * 3L, i * 3L, i < plan.Steps);
            if (await step.ExecuteNonQueryAsync(cancellation) != plan.Runs)
            {
                throw new InvalidOperationException("The floor lost an append that nobody else wanted to make.");
            }
        }
    }

    private async Task<long[]> StartAsync(CancellationToken cancellation)
    {
        var runs = new List<long>();
        await using var started = await start.ExecuteReaderAsync(cancellation);
        while (await started.ReadAsync(cancellation))
        {
            runs.Add(started.GetInt64(0));
        }

        return [.. runs];
    }

    private static void Declare(NpgsqlCommand command, params ReadOnlySpan<NpgsqlDbType> types)
    {
        foreach (var type in types)
        {
            command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type });
        }
    }

    private static void Fill(NpgsqlCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }
    }
}
