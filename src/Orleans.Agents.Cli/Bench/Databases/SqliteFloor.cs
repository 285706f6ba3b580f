using System.Diagnostics;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Orleans.Agents.Cli.Bench.Databases;

/// <summary>The floor on SQLite: one thread, one transaction after another, each statement prepared once.</summary>
internal sealed class SqliteFloor : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly sqlite3 database;
    private readonly sqlite3_stmt insert;
    private readonly sqlite3_stmt update;
    private readonly sqlite3_stmt end;
    private readonly sqlite3_stmt append;

    private SqliteFloor(string path)
    {
        connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        database = connection.Handle!;
        Execute("pragma synchronous = full; pragma wal_autocheckpoint = 4096; pragma cache_size = -65536");
        insert = Prepare(
            """
            insert into runs (id, version, status, state, updated_at, owner, workflow, hash, started_at)
            values (?1, ?2, 'running', 'some-state', ?3, 0, 'floor', 'sha256:0', ?3) on conflict do nothing
            """);
        update = Prepare(
            """
            update runs set version = ?2, status = 'running', state = 'some-state', failure_code = null, updated_at = ?3
            where run = ?1 and version = ?4 and owner = 0
            """);
        end = Prepare(
            """
            update runs set version = ?2, status = 'succeeded', state = null, failure_code = null, updated_at = ?3,
                owner = null, wake_at = null
            where run = ?1 and version = ?4 and owner = 0
            """);
        append = Prepare(
            "insert into appends (run, seq, at, epoch, events, trace_parent) values (?1, ?2, ?3, 0, ?4, null)");
    }

    /// <summary>Writes rounds of runs and says how long each round took, in milliseconds.</summary>
    public static IReadOnlyList<double> Measure(string path, FloorPlan plan, CancellationToken cancellation)
    {
        using var floor = new SqliteFloor(path);
        var name = $"floor-{Guid.NewGuid():n}";
        var start = Stopwatch.GetTimestamp();
        var took = new List<double>();
        do
        {
            cancellation.ThrowIfCancellationRequested();
            var begin = Stopwatch.GetTimestamp();
            floor.Round($"{name}-{took.Count}", plan);
            took.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
        }
        while (Stopwatch.GetElapsedTime(start) < plan.Time);

        return took;
    }

    public void Dispose()
    {
        insert.Dispose();
        update.Dispose();
        end.Dispose();
        append.Dispose();
        connection.Dispose();
    }

    private void Round(string name, FloorPlan plan)
    {
        var runs = new long[plan.Runs];
        for (var step = 0; step <= plan.Steps; step++)
        {
            if (step > 0 && plan.Pause > TimeSpan.Zero)
            {
                Thread.Sleep(plan.Pause);
            }

            var at = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            Execute("begin immediate");
            for (var i = 0; i < runs.Length; i++)
            {
                if (step == 0)
                {
                    _ = raw.sqlite3_bind_text(insert, 1, $"{name}-{i}");
                    Run(insert, version: 3, at);
                    runs[i] = raw.sqlite3_last_insert_rowid(database);
                }
                else
                {
                    var statement = step == plan.Steps ? end : update;
                    _ = raw.sqlite3_bind_int64(statement, 1, runs[i]);
                    _ = raw.sqlite3_bind_int64(statement, 4, step * 3);
                    Run(statement, (step + 1) * 3, at);
                }

                _ = raw.sqlite3_bind_int64(append, 1, runs[i]);
                _ = raw.sqlite3_bind_blob(append, 4, FloorEvents.Utf8);
                Run(append, (step + 1) * 3, at);
            }

            Execute("commit");
        }
    }

    private void Run(sqlite3_stmt statement, long version, long at)
    {
        _ = raw.sqlite3_bind_int64(statement, 2, version);
        _ = raw.sqlite3_bind_int64(statement, 3, at);
        if (raw.sqlite3_step(statement) != raw.SQLITE_DONE || raw.sqlite3_changes(database) != 1)
        {
            throw new InvalidOperationException("The floor lost an append that nobody else wanted to make.");
        }

        _ = raw.sqlite3_reset(statement);
    }

    private sqlite3_stmt Prepare(string sql)
    {
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(database, sql, out var statement), database);
        return statement;
    }

    private void Execute(string sql) => SqliteException.ThrowExceptionForRC(raw.sqlite3_exec(database, sql), database);
}
