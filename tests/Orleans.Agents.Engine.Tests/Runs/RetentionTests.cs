using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Testing;
using Orleans.Agents.Values;

namespace Orleans.Agents.Engine.Tests.Runs;

/// <summary>Runs that are over are kept as long as the options say.</summary>
public sealed class RetentionTests
{
    private const string Quick = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: done
          states:
            done: { end: ok }
        """;

    [Fact]
    public async Task Without_a_word_everything_is_kept()
    {
        var clock = new ManualClock();
        await using var house = await House.OpenAsync(new MemoryStore(), Quick, clock, Daily);
        await house.RunAsync();

        for (var day = 0; day < 100; day++)
        {
            clock.Advance(TimeSpan.FromDays(30));
            await house.RunAsync();
        }

        Assert.Equal(101, (await house.Engine.ListAsync(new RunQuery(1_000))).Length);
    }

    [Fact]
    public async Task Of_runs_that_are_over_the_newest_are_kept()
    {
        var database = new MemoryDatabase();
        RunId last = default;
        await using (var before = await House.OpenAsync(new MemoryStore(database), Quick))
        {
            for (var n = 0; n < 250; n++)
            {
                last = await before.StartAsync();
            }
        }

        await using var house = await House.OpenAsync(new MemoryStore(database), Quick, null, o => o.RetainNewest = 3);

        await UntilAsync(async () => (await house.Engine.ListAsync(new RunQuery(1_000))).Length == 3);
        Assert.Equal(last, (await house.Engine.ListAsync(new RunQuery(1)))[0].Id);
    }

    [Fact]
    public async Task Runs_are_pruned_when_they_are_older_than_they_may_be()
    {
        var database = new MemoryDatabase();
        var clock = new ManualClock();
        await using (var before = await House.OpenAsync(new MemoryStore(database), Quick, clock, Daily))
        {
            for (var n = 0; n < 250; n++)
            {
                await before.StartAsync(key: $"key-{n}");
            }

            clock.Advance(TimeSpan.FromDays(8));
            await before.StartAsync(key: "young");
        }

        await using var house = await House.OpenAsync(
            new MemoryStore(database), Quick, clock, o => o.RetainFor = TimeSpan.FromDays(7));

        await UntilAsync(async () => (await house.Engine.ListAsync(new RunQuery(1_000))).Length == 1);
        Assert.Equal("young", (await house.Engine.ListAsync(new RunQuery(1)))[0].Key);
    }

    [Fact]
    public async Task A_start_under_the_key_or_the_name_of_a_pruned_run_starts_nothing_and_its_end_is_not_waited_for()
    {
        var store = new MemoryStore();
        await using var house = await House.OpenAsync(store, Quick);
        var run = await house.StartAsync(key: "k");
        await house.EndAsync(run);
        Assert.Equal(1, (await store.Runs.PruneAsync(new PruneRule(null, 0), default)).Runs);

        foreach (var request in (StartRequest[])
        [
            new("test", Payload.EmptyObject, Key: "k"),
            new("test", Payload.EmptyObject, Run: run),
            new("test", Payload.Parse("[1]"), Key: "k"),
        ])
        {
            Assert.Equal(new StartResult.Started(run, IsNew: false), await house.Engine.StartRunAsync(request));
        }

        var thrown = await Assert.ThrowsAsync<HistoryException>(() => house.EndAsync(run));
        Assert.Equal("history.pruned", thrown.Code);
        Assert.Null(await house.Engine.FindAsync(run));
        Assert.False(await house.Engine.ResumeAsync(run));
        await Assert.ThrowsAsync<KeyNotFoundException>(() => house.EndAsync(new RunId("nobody")));
    }

    private static void Daily(EngineOptions options) => options.KeeperInterval = TimeSpan.FromDays(1);

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
