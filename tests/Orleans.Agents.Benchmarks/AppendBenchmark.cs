using System.Diagnostics;
using System.Globalization;
using System.Text;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Storage.Sqlite;

namespace Orleans.Agents.Benchmarks;

/// <summary>Appends per second of concurrent runs, each with one append of three 200-byte events under way.</summary>
internal static class AppendBenchmark
{
    // A run of ten steps: a start and ten appends, the last of which ends it.
    private const int Steps = 10;

    public static async Task RunAsync(int seconds)
    {
        // Processor time per append moves less than appends per second when others use the machine too.
        var floor = await BareLoop.MeasureAsync(TimeSpan.FromSeconds(seconds), batch: 256);
        Print("bare loop, batches of 256", floor, floor);
        foreach (var batch in (int[])[1, 8, 64, 128])
        {
            var bare = await BareLoop.MeasureAsync(TimeSpan.FromSeconds(seconds), batch);
            Print($"bare loop, batches of {batch}", bare, floor);
        }

        foreach (var concurrency in (int[])[1, 8, 64, 256, 1_000])
        {
            Print($"{concurrency,5} runs, SQLite", await MeasureAsync(concurrency, seconds, OpenSqlite), floor);
        }

        Print("  256 runs, memory", await MeasureAsync(256, seconds, _ => new MemoryStore()), floor);
    }

    /// <summary>Three events of 200 bytes as one JSON array.</summary>
    public static byte[] Events() =>
        Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Repeat($"\"{new string('e', 198)}\"", 3))}]");

    private static SqliteStore OpenSqlite(string folder) =>
        new(new SqliteStoreOptions { Path = Path.Combine(folder, "runs.db") });

    private static async Task<Figure> MeasureAsync(int concurrency, int seconds, Func<string, IStore> open)
    {
        var folder = Directory.CreateTempSubdirectory("agents-bench-");
        try
        {
            await using var store = open(folder.FullName);
            await store.MigrateAsync(CancellationToken.None);
            var epoch = await store.Carriers.TakeAsync(isKeeper: true, CancellationToken.None);
            await CarryAsync(store, epoch, concurrency, TimeSpan.FromSeconds(1), "warm");
            var watch = Figure.Start();
            return watch(await CarryAsync(store, epoch, concurrency, TimeSpan.FromSeconds(seconds), "run"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<long> CarryAsync(
        IStore store, Epoch epoch, int concurrency, TimeSpan time, string prefix)
    {
        var end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var counts = await Task.WhenAll(Enumerable.Range(0, concurrency).Select(async carrier =>
        {
            await Task.Yield();
            var appends = 0L;
            for (var run = 0; Stopwatch.GetTimestamp() < end; run++)
            {
                appends += await CarryOneAsync(store.Journal, new RunId($"{prefix}-{carrier}-{run}"), epoch, end);
            }

            return appends;
        }));
        return counts.Sum();
    }

    private static async Task<long> CarryOneAsync(IJournal journal, RunId run, Epoch epoch, long end)
    {
        var running = new RunRow(RunStatus.Running, "some-state");
        var over = new RunRow(RunStatus.Succeeded, null);
        var events = Events();
        for (var step = 0; step <= Steps; step++)
        {
            var append = new Append(
                run, epoch, step * 3, (step + 1) * 3, DateTimeOffset.UtcNow, events, step == Steps ? over : running)
            {
                Birth = step == 0 ? new RunBirth("workflow", "sha256:0", null) : null,
            };
            if (await journal.AppendAsync(append, CancellationToken.None) is not Appended.Stored)
            {
                throw new InvalidOperationException($"{run} lost an append that nobody else wanted to make.");
            }

            if (Stopwatch.GetTimestamp() > end)
            {
                return step + 1;
            }
        }

        return Steps + 1;
    }

    private static void Print(string what, Figure figure, Figure floor) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{what,-28} {figure.PerSecond,9:N0} appends/s {figure.PerSecond / floor.PerSecond,6:P0} of the floor "
            + $"{figure.Processor.TotalMicroseconds,7:N2} us of processor time each"));
}
