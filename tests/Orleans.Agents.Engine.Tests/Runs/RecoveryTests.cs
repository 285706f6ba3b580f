using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Testing;
using Orleans.Agents.Tools;

namespace Orleans.Agents.Engine.Tests.Runs;

/// <summary>Engines come and go; runs go on.</summary>
public sealed class RecoveryTests
{
    private const string Held = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: first
          states:
            first: { tool: test.first, save: { a: "${{ output }}" }, next: second }
            second: { tool: test.held, timeout: 1h, save: { b: "${{ output }}" }, next: done }
            done: { end: ["${{ context.a }}", "${{ context.b }}"] }
        """;

    private const string Resting = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: rest
          states:
            rest: { wait: { duration: 2h }, next: done }
            done: { end: rested }
        """;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_process_taken_for_dead_goes_on_under_a_new_epoch(bool carriesAllRuns)
    {
        var database = new MemoryDatabase();
        var (reached, again) = (new TaskCompletionSource(), new TaskCompletionSource());
        var calls = 0;
        await using var house = await House.OpenAsync(
            new MemoryStore(database),
            Held,
            null,
            o => o.CarriesAllRuns = carriesAllRuns,
            House.Tool("test.first", (_, _) => Task.FromResult(House.Ok("1"))),
            House.Tool("test.held", async (_, cancellation) =>
            {
                if (Interlocked.Increment(ref calls) == 1)
                {
                    reached.SetResult();
                    await again.Task.WaitAsync(cancellation);
                }

                return House.Ok("2");
            }));
        var run = await house.StartAsync();
        await reached.Task;

        await using var other = new MemoryStore(database);
        await other.Carriers.ReleaseAsync(new Epoch(1), default);

        Assert.Equal("[1,2]", (await house.EndAsync(run)).Output.ToString());
        Assert.Equal(2, calls);
        Assert.Contains(
            await house.Engine.ReadEventsAsync(run), a => a.Events is [RunEvent.TakenOver { Epoch: 2 }]);
        Assert.Equal("[1,2]", (await house.RunAsync()).Output.ToString());
    }

    [Fact]
    public async Task A_run_goes_on_in_the_next_engine_and_repeats_nothing_recorded()
    {
        var database = new MemoryDatabase();
        var firsts = 0;
        var reached = new TaskCompletionSource();
        RunId run;
        await using (var house = await House.OpenAsync(new MemoryStore(database), Held, null, null, First(), Stuck(reached)))
        {
            run = await house.StartAsync();
            await reached.Task;
        }

        await using var next = await House.OpenAsync(
            new MemoryStore(database), null, null, null, First(), House.Tool("test.held", (_, _) => Task.FromResult(House.Ok("2"))));
        var state = await next.EndAsync(run);

        Assert.Equal("[1,2]", state.Output.ToString());
        Assert.Equal(1, firsts);
        Assert.Contains(
            await next.Engine.ReadEventsAsync(run), a => a.Events is [RunEvent.TakenOver { Epoch: > 1 }]);

        Tool First() => House.Tool("test.first", (_, _) =>
        {
            firsts++;
            return Task.FromResult(House.Ok("1"));
        });
    }

    [Fact]
    public async Task A_tool_sees_the_same_activity_and_a_later_epoch_after_a_takeover()
    {
        var database = new MemoryDatabase();
        var reached = new TaskCompletionSource();
        List<ToolCall> calls = [];
        RunId run;
        await using (var house = await House.OpenAsync(new MemoryStore(database), Held, null, null, Noting("test.first"), Stuck(reached, calls)))
        {
            run = await house.StartAsync();
            await reached.Task;
        }

        await using var next = await House.OpenAsync(new MemoryStore(database), null, null, null, Noting("test.first"), Noting("test.held"));
        await next.EndAsync(run);

        var held = calls.Where(c => c.Activity.Visit == 2).ToList();
        Assert.Equal(2, held.Count);
        Assert.Equal(held[0].Activity, held[1].Activity);
        Assert.Equal(held[0].Attempt, held[1].Attempt);
        Assert.True(held[0].Epoch.Value is > 0 && held[1].Epoch.Value > held[0].Epoch.Value);
        Assert.NotEqual(Guid.Empty, held[0].CorrelationId);
        Assert.Single(calls.Select(c => c.CorrelationId).Distinct());

        Tool Noting(string name) => House.Tool(name, (call, _) =>
        {
            calls.Add(call);
            return Task.FromResult(House.Ok("0"));
        });
    }

    [Fact]
    public async Task A_run_whose_process_is_gone_is_taken_on_by_another_that_is_there()
    {
        var database = new MemoryDatabase();
        var reached = new TaskCompletionSource();
        var first = await House.OpenAsync(new MemoryStore(database), Held, null, null, Quick("test.first"), Stuck(reached));
        await using var second = await House.OpenAsync(new MemoryStore(database), null, null, null, Quick("test.first"), Quick("test.held"));
        var run = await first.StartAsync();
        await reached.Task;

        await first.DisposeAsync();

        Assert.Equal(RunStatus.Succeeded, (await second.EndAsync(run)).Status);
    }

    [Fact]
    public async Task A_run_that_waits_for_long_is_put_down_and_taken_on_when_it_is_due()
    {
        var clock = new ManualClock();
        await using var house = await House.OpenAsync(
            new MemoryStore(), Resting, clock, o => o.KeeperInterval = TimeSpan.FromMinutes(1));
        var run = await house.StartAsync();

        var parked = await house.Engine.FindAsync(run);
        Assert.False(parked!.IsCarried);
        Assert.Equal(RunStatus.Running, parked.State.Status);

        var end = house.Engine.WaitForEndAsync(run);
        while (!end.IsCompleted)
        {
            clock.Advance(TimeSpan.FromMinutes(10));
            await Task.Yield();
        }

        Assert.Equal("\"rested\"", (await end).Output.ToString());
    }

    [Fact]
    public async Task A_short_wait_is_kept_in_hand()
    {
        await using var house = await House.OpenAsync(
            new MemoryStore(), Resting.Replace("2h", "30ms", StringComparison.Ordinal));

        Assert.Equal(RunStatus.Succeeded, (await house.RunAsync()).Status);
    }

    [Fact]
    public async Task An_engine_for_one_run_leaves_the_others_alone()
    {
        var database = new MemoryDatabase();
        var reached = new TaskCompletionSource();
        RunId run;
        await using (var house = await House.OpenAsync(new MemoryStore(database), Held, null, null, Quick("test.first"), Stuck(reached)))
        {
            run = await house.StartAsync();
            await reached.Task;
        }

        await using var modest = await House.OpenAsync(
            new MemoryStore(database), null, null, o => o.CarriesAllRuns = false, Quick("test.first"), Quick("test.held"));
        Assert.False((await modest.Engine.FindAsync(run))!.State.IsOver);

        Assert.True(await modest.Engine.ResumeAsync(run));
        Assert.Equal(RunStatus.Succeeded, (await modest.EndAsync(run)).Status);
    }

    [Fact]
    public async Task A_run_goes_on_under_the_definition_it_started_with()
    {
        var database = new MemoryDatabase();
        var reached = new TaskCompletionSource();
        RunId run;
        await using (var house = await House.OpenAsync(new MemoryStore(database), Held, null, null, Quick("test.first"), Stuck(reached)))
        {
            run = await house.StartAsync();
            await reached.Task;
        }

        var changed = Held.Replace("[\"${{ context.a }}\", \"${{ context.b }}\"]", "changed", StringComparison.Ordinal);
        await using var next = await House.OpenAsync(new MemoryStore(database), changed, null, null, Quick("test.first"), Quick("test.held"));

        Assert.Equal("[0,0]", (await next.EndAsync(run)).Output.ToString());
        Assert.Equal("\"changed\"", (await next.RunAsync()).Output.ToString());
    }

    [Fact]
    public async Task A_timeout_ends_an_attempt_and_is_a_failure()
    {
        var cancelled = new TaskCompletionSource();
        var slow = House.Tool("test.held", async (_, cancellation) =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, cancellation);
            }
            finally
            {
                cancelled.SetResult();
            }

            return House.Ok();
        });
        await using var house = await House.OpenAsync(
            new MemoryStore(),
            Held.Replace("timeout: 1h", "timeout: 20ms, retry: { attempts: 1 }", StringComparison.Ordinal),
            null,
            null,
            Quick("test.first"),
            slow);

        var state = await house.RunAsync();

        await cancelled.Task;
        Assert.Equal("activity.timeout", state.Failure!.Code);
    }

    [Fact]
    public async Task A_tool_that_throws_fails_its_activity_and_nothing_else()
    {
        var broken = House.Tool("test.held", (_, _) => throw new InvalidOperationException("Boom."));
        await using var house = await House.OpenAsync(new MemoryStore(), Held, null, null, Quick("test.first"), broken);

        var state = await house.RunAsync();

        Assert.Equal("activity.fault", state.Failure!.Code);
        Assert.Contains("Boom.", state.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tool_this_process_does_not_have_is_a_failure_of_the_run()
    {
        var database = new MemoryDatabase();
        var reached = new TaskCompletionSource();
        RunId run;
        await using (var house = await House.OpenAsync(new MemoryStore(database), Held, null, null, Quick("test.first"), Stuck(reached)))
        {
            run = await house.StartAsync();
            await reached.Task;
        }

        await using var poor = await House.OpenAsync(new MemoryStore(database));

        Assert.Equal("tool.unknown", (await poor.EndAsync(run)).Failure!.Code);
    }

    private static Tool Quick(string name) => House.Tool(name, (_, _) => Task.FromResult(House.Ok("0")));

    private static Tool Stuck(TaskCompletionSource reached, List<ToolCall>? calls = null) =>
        House.Tool("test.held", async (call, cancellation) =>
        {
            calls?.Add(call);
            reached.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
            return House.Ok();
        });
}
