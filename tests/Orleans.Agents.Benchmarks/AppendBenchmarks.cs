using System.Text;
using BenchmarkDotNet.Attributes;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Storage.Postgres;
using Orleans.Agents.Storage.Sqlite;

namespace Orleans.Agents.Benchmarks;

/// <summary>
/// The journal without an engine: runs that are appended to at once, each with one append of three 200-byte events under
/// way. PostgreSQL is measured where <c>AGENTS_BENCH_CONNECTION</c> names a database for it, which it fills.
/// </summary>
public class AppendBenchmarks
{
    private const int Appends = 2_048;

    private static readonly byte[] Events =
        Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Repeat($"\"{new string('e', 198)}\"", 3))}]");

    private readonly string folder = Directory.CreateTempSubdirectory("agents-bench-").FullName;
    private IStore store = null!;
    private Epoch epoch;
    private int round;

    [ParamsSource(nameof(Stores))]
    public string Store { get; set; } = "";

    [Params(1, 64, 256)]
    public int Runs { get; set; }

    public static IEnumerable<string> Stores =>
        Environment.GetEnvironmentVariable("AGENTS_BENCH_CONNECTION") is null
            ? ["memory", "sqlite"]
            : ["memory", "sqlite", "postgres"];

    // BenchmarkDotNet does not wait for what it runs in its own process, so everything here does by itself.
    [GlobalSetup]
    public void Open() => OpenAsync().GetAwaiter().GetResult();

    [Benchmark(OperationsPerInvoke = Appends)]
    public void Append()
    {
        round++;
        Task.WhenAll(Enumerable.Range(0, Runs).Select(run => CarryAsync($"{folder}-{round}-{run}"))).GetAwaiter().GetResult();
    }

    [GlobalCleanup]
    public void Close()
    {
        store.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Directory.Delete(folder, recursive: true);
    }

    private async Task OpenAsync()
    {
        store = Store switch
        {
            "sqlite" => new SqliteStore(new SqliteStoreOptions { Path = Path.Combine(folder, "runs.db") }),
            "postgres" => new PostgresStore(new PostgresStoreOptions
            {
                ConnectionString = Environment.GetEnvironmentVariable("AGENTS_BENCH_CONNECTION"),
            }),
            _ => new MemoryStore(),
        };
        await store.MigrateAsync(CancellationToken.None);
        epoch = await store.Carriers.TakeAsync(isKeeper: false, CancellationToken.None);
    }

    private async Task CarryAsync(string run)
    {
        await Task.Yield();
        var row = new RunRow(RunStatus.Running, "some-state");
        for (var i = 0; i < Appends / Runs; i++)
        {
            var append = new Append(new RunId(run), epoch, i * 3, (i + 1) * 3, DateTimeOffset.UtcNow, Events, row)
            {
                Birth = i == 0 ? new RunBirth("workflow", "sha256:0", null) : null,
            };
            var appended = await store.Journal.AppendAsync(append, CancellationToken.None);
            if (appended is not Appended.Stored)
            {
                throw new InvalidOperationException($"{run} could not make an append that nobody else wanted to make: {appended}");
            }
        }
    }
}
