using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Tests;

/// <summary>What becomes of appends that wait until another one is written.</summary>
public abstract class WritingConformance<TDatabase> : StoreConformance<TDatabase>
    where TDatabase : ITestDatabase, new()
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_store_that_closes_keeps_what_waits_behind_an_append_on_its_senders_own_thread()
    {
        for (var round = 0; round < 10; round++)
        {
            var id = $"round-{round}";
            await StoredAsync(Start(new RunId(id)));
            using var held = await HeldUp.SendAsync(n => SendAsync(Store, Start(new RunId($"{id}-{n}"))));
            var waits = AppendAsync(Next(new RunId(id), 1)).AsTask();
            var closed = Store.DisposeAsync().AsTask();
            held.LetGo();
            Assert.Equal(
                [new Appended.Stored(), new Appended.Stored()], await Task.WhenAll(held.Answer, waits).WaitAsync(Patience));
            await closed.WaitAsync(Patience);
            await ReopenAsync();
            Assert.Equal(2, (await Store.Runs.FindAsync(new RunId(id), Stop))!.Version);
        }
    }

    [Fact]
    public async Task New_runs_are_refused_while_too_much_waits_and_the_ones_under_way_are_not()
    {
        await using var store = LimitedTo(maxWaitingBytes: 1);
        var epoch = await store.Carriers.TakeAsync(isKeeper: false, Stop);
        Task<Appended> SendAsync(Append append) => store.Journal.AppendAsync(append with { Epoch = epoch }, Stop).AsTask();
        Assert.Equal(new Appended.Stored(), await SendAsync(Start(Ada)));
        using var held = await HeldUp.SendAsync(
            n => SendAsync(Start(new RunId($"run-{n}")) with { MayKeepThread = true }));
        var waits = SendAsync(Next(Ada, 1));
        var refused = await Assert.ThrowsAsync<StoreException>(() => SendAsync(Start(Bob)));
        Assert.Equal(("store.unavailable", true), (refused.Code, refused.IsTransient));
        held.LetGo();
        Assert.Equal([new Appended.Stored(), new Appended.Stored()], await Task.WhenAll(held.Answer, waits));
        Assert.Equal(new Appended.Stored(), await SendAsync(Start(Bob)));
    }

    /// <summary>Opens a store that refuses new runs while more than this waits.</summary>
    protected abstract IStore LimitedTo(long maxWaitingBytes);

    private static Task<Appended> SendAsync(IStore store, Append append) =>
        store.Journal.AppendAsync(append with { MayKeepThread = true }, Stop).AsTask();
}
