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
            held.Dispose();
            Assert.Equal(
                [new Appended.Stored(), new Appended.Stored()], await Task.WhenAll(held.Answer, waits).WaitAsync(Patience));
            await closed.WaitAsync(Patience);
            await ReopenAsync();
            Assert.Equal(2, (await Store.Runs.FindAsync(new RunId(id), Stop))!.Version);
        }
    }

    private static Task<Appended> SendAsync(IStore store, Append append) =>
        store.Journal.AppendAsync(append with { MayKeepThread = true }, Stop).AsTask();
}
