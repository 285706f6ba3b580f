using Orleans.Agents.Failures;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Testing;

namespace Orleans.Agents.Engine.Tests.Runs;

/// <summary>What others do badly stays theirs: tools, models, followers, stores, the timing of threads.</summary>
public sealed class RobustnessTests
{
    private const string OneTool = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: rest
          states:
            rest: { wait: { duration: 1s }, next: only }
            only: { tool: test.only, timeout: 1h, output: { schema: { type: "null" } }, next: done }
            done: { end: ok }
        """;

    private static readonly string AtOnce = OneTool.Replace("start: rest", "start: only", StringComparison.Ordinal);

    [Fact]
    public async Task An_output_nested_as_deep_as_can_be_that_breaks_the_schema_is_a_failure()
    {
        var deep = new string('[', 64) + new string(']', 64);
        await using var house = await House.OpenAsync(
            new MemoryStore(), AtOnce, null, null, House.Tool("test.only", (_, _) => Task.FromResult(House.Ok(deep))));

        Assert.Equal(FailureCode.OutputInvalid, (await house.RunAsync()).Failure!.Code);
    }

    [Fact]
    public async Task A_model_that_gives_up_waiting_is_asked_again()
    {
        await using var house = await House.OpenAsync(new MemoryStore(), """
            apiVersion: orleans.agents/v1
            kind: Workflow
            metadata: { name: test }
            spec:
              start: ask
              states:
                ask: { agent: thinker, retry: { attempts: 2, backoff: 1ms, on: [transient] }, next: done }
                done: { end: ok }
            ---
            apiVersion: orleans.agents/v1
            kind: Agent
            metadata: { name: thinker }
            spec: { model: scripted }
            """);
        house.Model.Answers("thinker", _ => throw new TaskCanceledException("HttpClient.Timeout")).Answers("thinker", "x");

        Assert.Equal(RunStatus.Succeeded, (await house.RunAsync()).Status);
    }

    [Fact]
    public async Task A_follower_that_throws_stops_no_run()
    {
        await using var house = await House.OpenAsync(
            new MemoryStore(), AtOnce, null, null, House.Tool("test.only", (_, _) => Task.FromResult(House.Ok())));
        house.Engine.Follow((_, _) => throw new InvalidOperationException("Boom."));

        Assert.Equal(RunStatus.Succeeded, (await house.RunAsync()).Status);
    }

    [Fact]
    public async Task A_timer_that_is_late_does_not_stop_what_was_started_meanwhile()
    {
        var (reached, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var calls = 0;
        var held = House.Tool("test.only", async (_, cancellation) =>
        {
            calls++;
            reached.TrySetResult();
            await go.Task.WaitAsync(cancellation);
            return House.Ok();
        });
        var clock = new HesitantClock();
        await using var house = await House.OpenAsync(new MemoryStore(), OneTool, clock, o => o.KeeperInterval = TimeSpan.FromDays(1), held);
        var run = await house.StartAsync();
        var keeper = clock.GetUtcNow() + TimeSpan.FromDays(1);
        while (clock.Hands.NextDue() is not { } due || due >= keeper)
        {
            await Task.Yield();
        }

        clock.HesitateUntil(reached.Task);
        clock.Hands.Advance(TimeSpan.FromSeconds(2)); // the timer rings in here, on this thread
        clock.HesitateUntil(Task.CompletedTask);
        go.SetResult();

        Assert.Equal(RunStatus.Succeeded, (await house.EndAsync(run)).Status);
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task Where_others_carry_runs_one_of_them_is_read_once_before_any_has_to_be_taken_over()
    {
        var database = new MemoryDatabase();
        await using var other = await House.OpenAsync(
            new MemoryStore(database),
            OneTool.Replace("1s", "2h", StringComparison.Ordinal),
            null,
            null,
            House.Tool("test.only", (_, _) => Task.FromResult(House.Ok())));
        var (reads, looks) = (0, 0);
        var isRead = new TaskCompletionSource();
        var isSeenAgain = new TaskCompletionSource();
        var store = new HookedStore(new MemoryStore(database))
        {
            Looking = () =>
            {
                if (isRead.Task.IsCompleted && Interlocked.Increment(ref looks) == 3)
                {
                    isSeenAgain.TrySetResult();
                }

                return Outlook.Everything with { LeaseLeft = TimeSpan.FromHours(1) };
            },
            HasRead = _ =>
            {
                Interlocked.Increment(ref reads);
                isRead.TrySetResult();
                return Task.CompletedTask;
            },
            Claimed = run => throw new InvalidOperationException($"{run} was to be read only."),
        };

        await using var house = await House.OpenAsync(store);
        await other.StartAsync();
        await isRead.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await isSeenAgain.Task.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(1, reads);
    }

    [Fact]
    public async Task Who_is_silent_is_looked_at_when_its_lease_is_over_and_not_at_the_next_tick()
    {
        var clock = new ManualClock();
        var looks = 0;
        var again = new TaskCompletionSource();
        var store = new HookedStore(new MemoryStore())
        {
            Looking = () =>
            {
                var isFirst = Interlocked.Increment(ref looks) == 1;
                if (!isFirst)
                {
                    again.TrySetResult();
                }

                return Outlook.Everything with { LeaseLeft = isFirst ? TimeSpan.FromSeconds(3) : null };
            },
        };
        await using var house = await House.OpenAsync(store, null, clock, o => o.KeeperInterval = TimeSpan.FromDays(1));
        var tick = clock.GetUtcNow() + TimeSpan.FromDays(1);
        while (clock.NextDue() is not { } due || due >= tick)
        {
            await Task.Yield();
        }

        clock.Advance(TimeSpan.FromSeconds(3)); // its last moment
        Assert.True(clock.NextDue() < tick);
        Assert.Equal(1, looks);
        clock.Advance(TimeSpan.FromSeconds(1));

        await again.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_wait_that_is_over_while_the_store_is_slow_rings_once()
    {
        var clock = new ManualClock();
        var (held, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var store = new HookedStore(new MemoryStore())
        {
            Appending = append =>
            {
                if (append.Birth is not null)
                {
                    return Task.CompletedTask;
                }

                held.TrySetResult();
                return go.Task;
            },
        };
        await using var house = await House.OpenAsync(
            store,
            OneTool,
            clock,
            o => o.KeeperInterval = TimeSpan.FromDays(1),
            House.Tool("test.only", (_, _) => Task.FromResult(House.Ok())));
        var run = await house.StartAsync();
        var keeper = clock.GetUtcNow() + TimeSpan.FromDays(1);
        while (clock.NextDue() is not { } due || due >= keeper)
        {
            await Task.Yield();
        }

        await Task.Run(() => clock.Advance(TimeSpan.FromSeconds(2))).WaitAsync(TimeSpan.FromSeconds(30));
        await held.Task;
        Assert.Equal(keeper, clock.NextDue());
        go.SetResult();

        Assert.Equal(RunStatus.Succeeded, (await house.EndAsync(run)).Status);
    }

    [Fact]
    public async Task An_engine_whose_store_does_not_answer_can_be_stopped()
    {
        var failed = new TaskCompletionSource();
        var store = new HookedStore(new MemoryStore())
        {
            Appending = append =>
            {
                if (append.Birth is not null)
                {
                    return Task.CompletedTask;
                }

                failed.TrySetResult();
                throw HookedStore.Failure(isTransient: true);
            },
        };
        var house = await House.OpenAsync(
            store, AtOnce, null, null, House.Tool("test.only", (_, _) => Task.FromResult(House.Ok())));
        await house.StartAsync();
        await failed.Task;

        await house.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_store_that_cannot_take_the_epoch_back_is_closed_all_the_same()
    {
        var store = new HookedStore(new MemoryStore()) { Releasing = _ => throw HookedStore.Failure(isTransient: true) };
        var house = await House.OpenAsync(store);

        await Assert.ThrowsAsync<StoreException>(async () => await house.DisposeAsync());
        Assert.True(store.IsDisposed);
        await house.DisposeAsync();
    }

    [Fact]
    public async Task Whoever_waits_for_a_run_that_was_stopped_by_a_fault_is_told_however_late()
    {
        var store = new HookedStore(new MemoryStore())
        {
            Appending = append => append.Birth is null ? throw HookedStore.Failure(isTransient: false) : Task.CompletedTask,
        };
        await using var house = await House.OpenAsync(
            store, AtOnce, null, null, House.Tool("test.only", (_, _) => Task.FromResult(House.Ok())));
        var run = await house.StartAsync();

        await Assert.ThrowsAsync<StoreException>(() => house.EndAsync(run));
        await Assert.ThrowsAsync<StoreException>(() => house.EndAsync(run));
    }

    /// <summary>A clock that keeps one thread waiting when it asks for the time.</summary>
    private sealed class HesitantClock : TimeProvider
    {
        private Task? until;
        private int thread;

        public ManualClock Hands { get; } = new();

        public override long TimestampFrequency => Hands.TimestampFrequency;

        public void HesitateUntil(Task task) => (until, thread) = (task, Environment.CurrentManagedThreadId);

        public override DateTimeOffset GetUtcNow()
        {
            var now = Hands.GetUtcNow();
            if (Environment.CurrentManagedThreadId == thread && Interlocked.Exchange(ref until, null) is { } task)
            {
                Assert.True(task.Wait(TimeSpan.FromSeconds(30)));
            }

            return now;
        }

        public override long GetTimestamp() => Hands.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            Hands.CreateTimer(callback, state, dueTime, period);
    }
}
