using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Tests;

/// <summary>What is left when the process has ended: everything that was answered.</summary>
public abstract class ReopenConformance<TDatabase> : StoreConformance<TDatabase>
    where TDatabase : ITestDatabase, new()
{
    [Fact]
    public async Task Everything_is_there_again()
    {
        await Store.Definitions.SaveAsync("hash", Text("workflow"), Stop);
        await StoredAsync(Start(Ada, key: "k"));
        await StoredAsync(Next(Ada, 1) with { Snapshot = Text("state") });
        await StoredAsync(Next(Ada, 2));
        await StoredAsync(Start(Bob));
        await StoredAsync(Release(Bob, 1, Noon));
        var before = (await Store.Journal.ReadAsync(Ada, Stop))!;
        await ReopenAsync();
        var after = (await Store.Journal.ReadAsync(Ada, Stop))!;
        Assert.Equal(before.Record, after.Record);
        Assert.Equal((2L, "[\"state\"]"), (after.Snapshot!.Version, Text(after.Snapshot.State)));
        Assert.Equal([3L], after.Tail.Select(append => append.Version));
        Assert.Equal(Ada, (await Store.Runs.FindByKeyAsync("k", Stop))?.Id);
        Assert.Equal(Noon, await Store.Runs.NextDueAsync(Stop));
        Assert.NotNull(await Store.Definitions.FindAsync("hash", Stop));
    }

    [Fact]
    public async Task Fenced_stays_fenced_and_epochs_go_on_counting()
    {
        var first = Epoch;
        await Store.Carriers.ReleaseAsync(first, Stop);
        await ReopenAsync();
        Assert.True(await Store.Carriers.IsFencedAsync(first, Stop));
        Assert.True(Epoch.Value > first.Value);
        Assert.IsType<Appended.Lost>(await AppendAsync(Start(Ada) with { Epoch = first }));
    }

    [Fact]
    public async Task Keys_and_names_stay_taken()
    {
        await StoredAsync(Start(Ada, key: "k"));
        await ReopenAsync();
        Assert.Equal(new Appended.AlreadyStarted(Ada), await AppendAsync(Start(Ada)));
        Assert.Equal(new Appended.AlreadyStarted(Ada), await AppendAsync(Start(Bob, key: "k")));
    }

    [Fact]
    public async Task Two_stores_over_one_database_both_get_on()
    {
        var other = await OpenAsync();
        var otherEpoch = await other.Carriers.TakeAsync(isKeeper: true, Stop);
        await Task.WhenAll(
            CarryAsync(Store, "mine", Epoch),
            CarryAsync(other, "theirs", otherEpoch));
        Assert.Equal(60, (await other.Runs.FindAsync(new RunId("mine"), Stop))!.Version);
        Assert.Equal(60, (await Store.Runs.FindAsync(new RunId("theirs"), Stop))!.Version);
    }

    [Fact]
    public async Task Migrating_again_and_from_many_processes_at_once_changes_nothing()
    {
        await StoredAsync(Start(Ada));
        var stores = Enumerable.Range(0, 8).Select(_ => Database.Open()).ToList();
        await Task.WhenAll(stores.Select(store => Task.Run(() => store.MigrateAsync(Stop))));
        foreach (var store in stores)
        {
            Assert.NotNull(await store.Runs.FindAsync(Ada, Stop));
            await store.DisposeAsync();
        }
    }

    private async Task CarryAsync(IStore store, string run, Epoch epoch)
    {
        var outcome = await store.Journal.AppendAsync(Start(new RunId(run)) with { Epoch = epoch }, Stop);
        for (var version = 1; version < 60; version++)
        {
            Assert.Equal(new Appended.Stored(), outcome);
            outcome = await store.Journal.AppendAsync(Next(new RunId(run), version) with { Epoch = epoch }, Stop);
        }
    }
}
