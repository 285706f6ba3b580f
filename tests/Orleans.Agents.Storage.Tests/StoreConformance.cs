using System.Text;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Tests;

/// <summary>What the suites that define a store have in common. Every store runs all of them, unchanged.</summary>
public abstract class StoreConformance<TDatabase> : IAsyncLifetime
    where TDatabase : ITestDatabase, new()
{
    private readonly List<IStore> opened = [];

    protected static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    protected static readonly RunId Ada = new("ada");
    protected static readonly RunId Bob = new("bob");

    protected static CancellationToken Stop => CancellationToken.None;

    protected TDatabase Database { get; } = new();

    /// <summary>The first store, migrated.</summary>
    protected IStore Store { get; private set; } = null!;

    /// <summary>An epoch of it.</summary>
    protected Epoch Epoch { get; private set; }

    public async Task InitializeAsync()
    {
        Store = await OpenAsync();
        Epoch = await Store.Carriers.TakeAsync(isKeeper: true, Stop);
    }

    public async Task DisposeAsync()
    {
        foreach (var store in opened)
        {
            await store.DisposeAsync();
        }

        Database.Dispose();
    }

    /// <summary>Opens another store over the database, as another process would.</summary>
    protected async Task<IStore> OpenAsync()
    {
        var store = Database.Open();
        opened.Add(store);
        await store.MigrateAsync(Stop);
        return store;
    }

    /// <summary>Closes the first store as if its process had ended, and opens the next with a new epoch.</summary>
    protected async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        Store = await OpenAsync();
        Epoch = await Store.Carriers.TakeAsync(isKeeper: true, Stop);
    }

    protected ValueTask<Appended> AppendAsync(Append append) => Store.Journal.AppendAsync(append, Stop);

    protected async Task StoredAsync(Append append) => Assert.Equal(new Appended.Stored(), await AppendAsync(append));

    /// <summary>Claims a run as it stands; one that does not exist at a version it could have.</summary>
    protected async Task<bool> ClaimAsync(RunId run, Epoch epoch)
    {
        var version = (await Store.Runs.FindAsync(run, Stop))?.Version ?? 1;
        return (await Store.Journal.ClaimAsync([new RunClaim(run, version)], epoch, Stop)).Contains(run);
    }

    protected Append Start(RunId run, string? key = null, string text = "started", string workflow = "greet") =>
        new(run, Epoch, 0, 1, Noon, Text(text), new RunRow(RunStatus.Running, "first"))
        {
            Birth = new RunBirth(workflow, "hash", key),
        };

    protected Append Next(RunId run, long expected, int events = 1, string text = "went on") =>
        new(run, Epoch, expected, expected + events, Noon, Text(text), new RunRow(RunStatus.Running, "next"));

    protected Append Release(RunId run, long expected, DateTimeOffset? wakeAt) =>
        Next(run, expected) with { Row = new RunRow(RunStatus.Running, "waits", null, IsReleased: true, wakeAt) };

    protected Append End(RunId run, long expected) =>
        Next(run, expected) with { Row = new RunRow(RunStatus.Succeeded, null) };

    protected static byte[] Text(string text) => Encoding.UTF8.GetBytes($"[\"{text}\"]");

    protected static string Text(ReadOnlyMemory<byte> utf8) => Encoding.UTF8.GetString(utf8.Span);
}
