using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Orleans.Agents.Storage.Sqlite;
using SQLitePCL;

namespace Orleans.Agents.Benchmarks;

/// <summary>
/// The floor: the statements of an append in one loop on one thread, with nothing around them. The tables are the
/// store's own, and so is the mix of starts, steps and ends.
/// </summary>
internal static class BareLoop
{
    private const int Steps = 10;

    public static async Task<Figure> MeasureAsync(TimeSpan time, int batch)
    {
        var folder = Directory.CreateTempSubdirectory("agents-floor-");
        try
        {
            var path = Path.Combine(folder.FullName, "runs.db");
            await MigrateAsync(path);
            await using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
            await connection.OpenAsync();
            var database = connection.Handle!;
            Execute(database, "pragma synchronous=full; pragma wal_autocheckpoint=4096; pragma cache_size=-65536");
            return Loop(database, time, batch);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Figure Loop(sqlite3 database, TimeSpan time, int batch)
    {
        using var insert = Prepare(
            database,
            """
            insert into runs (id, version, status, state, updated_at, owner, workflow, hash, started_at)
            values (?1, ?2, 'running', 'some-state', ?3, 1, 'workflow', 'sha256:0', ?3) on conflict do nothing
            """);
        using var update = Prepare(
            database,
            """
            update runs set version = ?2, status = 'running', state = 'some-state', failure_code = null, updated_at = ?3
            where run = ?1 and version = ?4 and owner = 1
            """);
        using var end = Prepare(
            database,
            """
            update runs set version = ?2, status = 'succeeded', state = null, failure_code = null, updated_at = ?3,
                owner = null, wake_at = null
            where run = ?1 and version = ?4 and owner = 1
            """);
        using var append = Prepare(
            database,
            "insert into appends (run, seq, at, epoch, events, trace_parent) values (?1, ?2, ?3, 1, ?4, null)");
        var events = AppendBenchmark.Events();
        var runs = new long[batch];
        var start = Stopwatch.GetTimestamp();
        var watch = Figure.Start();
        var appends = 0L;
        for (var round = 0; Stopwatch.GetElapsedTime(start) < time; round++)
        {
            var step = round % (Steps + 1);
            Execute(database, "begin immediate");
            for (var i = 0; i < batch; i++)
            {
                if (step == 0)
                {
                    _ = raw.sqlite3_bind_text(insert, 1, $"run-{i}-{round}");
                    Run(insert, 2, 3, round);
                    runs[i] = raw.sqlite3_last_insert_rowid(database);
                }
                else
                {
                    var statement = step == Steps ? end : update;
                    _ = raw.sqlite3_bind_int64(statement, 1, runs[i]);
                    _ = raw.sqlite3_bind_int64(statement, 4, step * 3);
                    Run(statement, 2, (step + 1) * 3, round);
                }

                if (raw.sqlite3_changes(database) != 1)
                {
                    throw new InvalidOperationException("The floor lost an append.");
                }

                _ = raw.sqlite3_bind_int64(append, 1, runs[i]);
                _ = raw.sqlite3_bind_blob(append, 4, events);
                Run(append, 2, (step + 1) * 3, round);
            }

            Execute(database, "commit");
            appends += batch;
        }

        return watch(appends);
    }

    private static void Run(sqlite3_stmt statement, int index, long value, long at)
    {
        _ = raw.sqlite3_bind_int64(statement, index, value);
        _ = raw.sqlite3_bind_int64(statement, 3, at);
        if (raw.sqlite3_step(statement) != raw.SQLITE_DONE)
        {
            throw new InvalidOperationException("A statement of the floor failed.");
        }

        _ = raw.sqlite3_reset(statement);
    }

    private static async Task MigrateAsync(string path)
    {
        await using var store = new SqliteStore(new SqliteStoreOptions { Path = path });
        await store.MigrateAsync(CancellationToken.None);
    }

    private static sqlite3_stmt Prepare(sqlite3 database, string sql)
    {
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(database, sql, out var statement), database);
        return statement;
    }

    private static void Execute(sqlite3 database, string sql) =>
        SqliteException.ThrowExceptionForRC(raw.sqlite3_exec(database, sql), database);
}
