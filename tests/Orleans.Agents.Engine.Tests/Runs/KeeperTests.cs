using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;

namespace Orleans.Agents.Engine.Tests.Runs;

/// <summary>What the keeper has to do in one matter does not wait for another.</summary>
public sealed class KeeperTests
{
    private const string Held = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: hold
          states:
            hold: { tool: test.held, timeout: 1h, next: done }
            done: { end: held }
        """;

    private readonly MemoryDatabase database = new();

    [Fact]
    public async Task While_takeovers_cannot_be_stored_it_fences_others_and_renews_its_own_epoch()
    {
        var run = await LeaveAsync();
        var (outage, tried) = (true, new TaskCompletionSource());
        var store = new HookedStore(new MemoryStore(database))
        {
            Appending = _ =>
            {
                tried.TrySetResult();
                return Volatile.Read(ref outage) ? Task.FromException(HookedStore.Failure(isTransient: true)) : Task.CompletedTask;
            },
        };
        await using var house = await House.OpenAsync(store, null, null, o => o.LongestStorePause = TimeSpan.FromMilliseconds(100), Free());
        await tried.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var own = house.Engine.Epoch;

        await using var other = new MemoryStore(database);
        var gone = new MemoryStore(database);
        var theirs = await gone.Carriers.TakeAsync(isKeeper: true, default);
        await gone.DisposeAsync();
        await UntilAsync(() => other.Carriers.IsFencedAsync(theirs, default));

        await other.Carriers.ReleaseAsync(own, default);
        await UntilAsync(() => Task.FromResult(house.Engine.Epoch != own));

        Volatile.Write(ref outage, false);
        Assert.Equal("\"held\"", (await house.EndAsync(run)).Output.ToString());
    }

    [Fact]
    public async Task A_process_comes_to_rest_while_takeovers_cannot_be_stored()
    {
        await LeaveAsync();
        var tried = new TaskCompletionSource();
        var store = new HookedStore(new MemoryStore(database))
        {
            Appending = _ =>
            {
                tried.TrySetResult();
                return Task.FromException(HookedStore.Failure(isTransient: true));
            },
        };
        var house = await House.OpenAsync(store, null, null, null, Free());
        await tried.Task.WaitAsync(TimeSpan.FromSeconds(30));

        await house.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(store.IsDisposed);
    }

    [Fact]
    public async Task A_question_that_cannot_be_answered_keeps_no_run_from_being_taken_on()
    {
        var run = await LeaveAsync();
        var store = new HookedStore(new MemoryStore(database))
        {
            AskingForFence = _ => Task.FromException(HookedStore.Failure(isTransient: false)),
        };
        await using var house = await House.OpenAsync(store, null, null, null, Free());

        Assert.Equal("\"held\"", (await house.EndAsync(run)).Output.ToString());
    }

    private static Tool Free() => House.Tool("test.held", (_, _) => Task.FromResult(House.Ok()));

    // A run in the middle of its work that nobody carries.
    private async Task<RunId> LeaveAsync()
    {
        var reached = new TaskCompletionSource();
        var held = House.Tool("test.held", async (_, cancellation) =>
        {
            reached.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
            return House.Ok();
        });
        await using var house = await House.OpenAsync(new MemoryStore(database), Held, null, null, held);
        var run = await house.StartAsync();
        await reached.Task;
        return run;
    }

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
