using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;

namespace Orleans.Agents.Engine.Tests.Runs;

/// <summary>What the simulation found, each as a test that needs no luck.</summary>
public sealed class FoundBySimulationTests
{
    private const string Steps = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: a
          states:
            a: { tool: test.held, timeout: 1h, next: done }
            done: { end: done }
        """;

    [Fact]
    public async Task A_run_that_was_claimed_before_the_store_failed_is_carried_on()
    {
        var database = new MemoryDatabase();
        var (ours, theirs) = (new RunId("run-ours"), new RunId("run-theirs"));
        await using (var first = await House.OpenAsync(new MemoryStore(database), Steps, null, null, Never()))
        {
            await first.StartAsync(run: ours);
            await first.StartAsync(run: theirs);
        }

        // Another process is faster with one of the two; then the store fails on the question why.
        var other = new MemoryStore(database);
        var epoch = await other.Carriers.TakeAsync(true, default);
        var (isTaken, hasFailed) = (false, false);
        var store = new HookedStore(new MemoryStore(database));
        store.HasRead = async _ =>
        {
            if (!isTaken)
            {
                isTaken = true;
                var version = (await other.Runs.FindAsync(theirs, default))!.Version;
                await other.Journal.ClaimAsync([new RunClaim(theirs, version)], epoch, default);
            }
        };
        store.AskingForFence = _ =>
        {
            var fails = isTaken && !hasFailed;
            hasFailed |= fails;
            return fails ? throw HookedStore.Failure(isTransient: true) : Task.CompletedTask;
        };
        await using var second = await House.OpenAsync(store, Steps, null, null, Quick());

        Assert.Equal(RunStatus.Succeeded, (await second.EndAsync(ours)).Status);
        Assert.True(hasFailed);
    }

    [Fact]
    public async Task A_run_is_not_started_by_a_process_that_comes_to_rest()
    {
        var database = new MemoryDatabase();
        var (reached, cancelled, released) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        var house = await House.OpenAsync(new MemoryStore(database), Steps, null, null, House.Tool("test.held", async (_, cancellation) =>
        {
            await using var told = cancellation.Register(cancelled.SetResult);
            reached.SetResult();
            await released.Task;
            return House.Ok();
        }));
        await house.StartAsync(run: new RunId("run-early"));
        await reached.Task;
        var stopping = house.DisposeAsync().AsTask();
        await cancelled.Task;

        var refused = await Assert.ThrowsAsync<StoreException>(() => house.StartAsync(run: new RunId("run-late")));

        released.SetResult();
        await stopping;
        Assert.True(refused.IsTransient);
        Assert.Null(await new MemoryStore(database).Runs.FindAsync(new RunId("run-late"), default));
    }

    [Fact]
    public async Task A_call_that_must_not_be_made_twice_is_not_made_when_its_intent_meets_the_deadline()
    {
        var (clock, calls, held, released) = (new JumpingClock(), 0, new TaskCompletionSource(), new TaskCompletionSource());
        await using var house = await House.OpenAsync(
            new MemoryStore(new MemoryDatabase()),
            Paying,
            clock,
            options => options.Lanes = 1,
            House.Tool("test.held", async (_, _) =>
            {
                held.SetResult();
                await released.Task;
                return House.Ok();
            }),
            House.Tool("test.pay", (_, _) => Task.FromResult(House.Ok($"{++calls}"))) with { Effect = ToolEffect.Once });
        await house.StartAsync("""{"holds":true}""");
        await held.Task;
        var run = await house.StartAsync();
        await House.UntilAsync(house, run, state => state.AwaitedChildren is 1);

        clock.Jump(TimeSpan.FromHours(2));
        released.SetResult();

        Assert.Equal("run.deadline", (await house.EndAsync(run)).Failure!.Code);
        Assert.Equal(0, calls);
    }

    private const string Paying = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          deadline: 1h
          start: choose
          states:
            choose: { pass: {}, next: [ { when: input.holds, to: hold }, { to: both } ] }
            hold: { tool: test.held, next: done }
            both: { parallel: { branches: { pay: { tool: test.pay }, other: { workflow: other } } }, next: done }
            done: { end: done }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: other }
        spec:
          start: rest
          states: { rest: { wait: { signal: go }, next: done }, done: { end: done } }
        """;

    private static Tool Quick() => House.Tool("test.held", (_, _) => Task.FromResult(House.Ok()));

    private static Tool Never() => House.Tool("test.held", async (_, cancellation) =>
    {
        await Task.Delay(Timeout.Infinite, cancellation);
        return House.Ok();
    });

    /// <summary>A clock that jumps, as one does that is set right; timers that run do not notice.</summary>
    private sealed class JumpingClock : TimeProvider
    {
        private long ahead;

        public void Jump(TimeSpan time) => Interlocked.Add(ref ahead, time.Ticks);

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref ahead));
    }
}
