using System.Data.Common;
using System.Diagnostics;
using Orleans.Agents.Cli.Bench.Databases;

namespace Orleans.Agents.Cli.Bench;

/// <summary>What some work cost: counted by the platform and the database, not by the engine.</summary>
/// <param name="Time">How long it took.</param>
/// <param name="Processor">The processor time of this process.</param>
/// <param name="AllocatedBytes">What this process allocated.</param>
/// <param name="Store">What the database did.</param>
/// <param name="Appends">How many rows the journal grew by.</param>
/// <param name="EventBytes">How many bytes of events the journal grew by.</param>
internal sealed record Measurement(
    TimeSpan Time,
    TimeSpan Processor,
    long AllocatedBytes,
    StoreCounters Store,
    long Appends,
    long EventBytes);

/// <summary>Measures work on a database.</summary>
internal sealed class Meter : IAsyncDisposable
{
    private readonly IBenchDatabase database;

    // Open all the while, because SQLite removes its counters with its last connection.
    private readonly DbConnection connection;
    private readonly long[] journal;
    private readonly StoreCounters store;
    private readonly long allocated;
    private readonly TimeSpan processor;
    private readonly long start;
    private TimeSpan time;
    private TimeSpan used;
    private long allocatedMeanwhile;

    private Meter(IBenchDatabase database, DbConnection connection, long[] journal, StoreCounters store)
    {
        this.database = database;
        this.connection = connection;
        this.journal = journal;
        this.store = store;
        allocated = GC.GetTotalAllocatedBytes();
        processor = Environment.CpuUsage.TotalTime;
        start = Stopwatch.GetTimestamp();
    }

    /// <summary>Starts the watch.</summary>
    public static async Task<Meter> StartAsync(IBenchDatabase database, CancellationToken cancellation)
    {
        var connection = await database.ConnectAsync(cancellation);
        var journal = await JournalOf(connection, cancellation);
        return new Meter(database, connection, journal, await database.CountAsync(cancellation));
    }

    /// <summary>Stops the watch. What the database tells is read later, because some of it is told late.</summary>
    public void Stop()
    {
        time = Stopwatch.GetElapsedTime(start);
        used = Environment.CpuUsage.TotalTime - processor;
        allocatedMeanwhile = GC.GetTotalAllocatedBytes() - allocated;
    }

    /// <summary>Reads what the work cost, once those who did it have closed their connections.</summary>
    public async Task<Measurement> ReadAsync(CancellationToken cancellation)
    {
        var done = await database.CountAsync(cancellation) - store;
        var after = await JournalOf(connection, cancellation);
        return new Measurement(time, used, allocatedMeanwhile, done, after[0] - journal[0], after[1] - journal[1]);
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private static Task<long[]> JournalOf(DbConnection connection, CancellationToken cancellation) =>
        connection.NumbersAsync(
            "select count(*), cast(coalesce(sum(length(events)), 0) as bigint) from appends", cancellation);
}
