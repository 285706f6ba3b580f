using System.Buffers.Binary;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Orleans.Agents.Journal;
using Orleans.Agents.Storage.Sqlite;

namespace Orleans.Agents.Cli.Bench.Databases;

/// <summary>A SQLite file in a folder of its own.</summary>
internal sealed class SqliteBench(string path) : IBenchDatabase
{
    private const int RunsPerCommit = 10_000;

    // "Counter incremented each transaction", in the header of the index of the write-ahead log (SQLite, "WAL-mode File
    // Format"): a count of commits that nobody in this program keeps.
    private const int CommitsOffset = 8;

    /// <inheritdoc/>
    public BenchAddress Address { get; } = new(BenchAddress.Sqlite, path);

    /// <inheritdoc/>
    public string EventsText => "cast(a.events as text)";

    /// <inheritdoc/>
    public string ResultsSql =>
        """
        select r.id as run, json_extract(e.value, '$.visit') as visit, json_extract(e.value, '$.branch') as branch, a.epoch
        from appends a join runs r on r.run = a.run, json_each(cast(a.events as text)) e
        where json_extract(e.value, '$.type') = 'activity.succeeded'
        """;

    /// <summary>Makes a folder for the file.</summary>
    /// <param name="folder">Where; null for the folder of temporary files.</param>
    public static SqliteBench Create(string? folder)
    {
        var own = Path.Combine(Path.GetFullPath(folder ?? Path.GetTempPath()), $"agents-bench-{Guid.NewGuid():n}");
        try
        {
            Directory.CreateDirectory(own);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw CommandException.Usage($"No folder for the bench's file can be made: {problem.Message}");
        }

        return new SqliteBench(Path.Combine(own, "bench.db"));
    }

    /// <inheritdoc/>
    public IStore OpenStore() => new SqliteStore(new SqliteStoreOptions { Path = path });

    /// <inheritdoc/>
    public async Task<DbConnection> ConnectAsync(CancellationToken cancellation)
    {
        var connection = new SqliteConnection($"Data Source={path};Mode=ReadWrite;Pooling=False");
        await connection.OpenAsync(cancellation);
        return connection;
    }

    /// <inheritdoc/>
    public async Task CopyRunAsync(RunCopies copies, CancellationToken cancellation)
    {
        await using var connection = await ConnectAsync(cancellation);
        await connection.ExecuteAsync("pragma synchronous = off; pragma cache_size = -65536", cancellation);
        for (var first = 0; first < copies.Count; first += RunsPerCommit)
        {
            await connection.ExecuteAsync(
                """
                begin immediate;
                create temp table last as select max(run) as run from runs;
                insert into runs (id, workflow, hash, version, wake_at, status, state, started_at, updated_at)
                with recursive n (i) as (select @first union all select i + 1 from n where i + 1 < @end)
                select @prefix || n.i, workflow, hash, version, wake_at, status, state, started_at, updated_at
                from runs, n where id = @of;
                insert into appends (run, seq, at, epoch, events)
                select c.run, a.seq, a.at, a.epoch, cast(replace(cast(a.events as text), @of, c.id) as blob)
                from runs c, runs t join appends a on a.run = t.run
                where c.run > (select run from last) and t.id = @of
                order by c.run, a.seq;
                drop table last;
                commit;
                """,
                cancellation,
                ("@of", copies.Of),
                ("@prefix", copies.Prefix),
                ("@first", first),
                ("@end", Math.Min(first + RunsPerCommit, copies.Count)));
        }

        await connection.ExecuteAsync("pragma wal_checkpoint(truncate)", cancellation);
    }

    /// <inheritdoc/>
    public async Task<StoreCounters> CountAsync(CancellationToken cancellation) => new(
        Commits: await CommitsAsync(cancellation), WrittenBytes: ProcessFiles.BytesSentToDisk());

    /// <inheritdoc/>
    public Task<IReadOnlyList<double>> MeasureFloorAsync(FloorPlan plan, CancellationToken cancellation) =>
        Task.FromResult(SqliteFloor.Measure(path, plan, cancellation));

    /// <inheritdoc/>
    public Task RemoveAsync()
    {
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        return Task.CompletedTask;
    }

    private async Task<long?> CommitsAsync(CancellationToken cancellation)
    {
        var header = new byte[CommitsOffset + sizeof(uint)];
        await using var index = new FileStream(
            $"{path}-shm", FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        await index.ReadExactlyAsync(header, cancellation);
        var number = header.AsSpan(CommitsOffset);
        return BitConverter.IsLittleEndian
            ? BinaryPrimitives.ReadUInt32LittleEndian(number)
            : BinaryPrimitives.ReadUInt32BigEndian(number);
    }
}
