using Orleans.Agents.Failures;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Engine.Tests.Runs;

/// <summary>Tools with effect <c>once</c> in an engine: whatever goes down, a call is never repeated on a guess.</summary>
public sealed class OnceTests
{
    private const string Paying = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: pay
          states:
            pay:
              tool: test.pay
              timeout: 1h
              retry: { on: ["*"] }
              save: { paid: "${{ output }}" }
              next: done
              catch: [ { on: [unknown_outcome], to: refuse } ]
            done: { end: "${{ context.paid }}" }
            refuse: { fail: { code: nobody_knows, message: "${{ error.message }}" } }
        """;

    [Fact]
    public async Task The_intent_is_durable_before_the_tool_is_called()
    {
        var database = new MemoryDatabase();
        var reader = new MemoryStore(database);
        var stored = 0;
        var pay = Once(async (call, _) =>
        {
            var appends = await reader.Journal.ReadAppendsAsync(call.Activity.Run, 0, 100, CancellationToken.None);
            stored = appends.Sum(a => RunReader.ReadEvents(call.Activity.Run, a, RunBlobs.None).OfType<RunEvent.ActivityIntended>().Count());
            return House.Ok("7");
        });
        await using var house = await House.OpenAsync(new MemoryStore(database), Paying, null, null, pay);

        Assert.Equal("7", (await house.RunAsync()).Output.ToString());
        Assert.Equal(1, stored);
    }

    [Fact]
    public async Task A_process_that_dies_inside_the_call_leaves_a_run_that_waits_for_a_decision()
    {
        var database = new MemoryDatabase();
        var calls = 0;
        var run = await DieInsideAsync(database, Counted);
        await using var next = await House.OpenAsync(new MemoryStore(database), null, null, null, Once(Counted));

        var state = await UntilAsync(next, run, s => s.Open.GetValueOrDefault(0)?.AwaitsDecision is true);

        Assert.Equal(1, calls);
        Assert.True(state.Epoch > 1);

        Task<ToolResult> Counted(ToolCall call, CancellationToken cancellation)
        {
            calls++;
            return Task.FromResult(House.Ok("7"));
        }
    }

    [Fact]
    public async Task After_the_effect_and_before_its_result_is_stored_a_death_repeats_nothing()
    {
        var database = new MemoryDatabase();
        var calls = 0;
        var reached = new TaskCompletionSource();
        var store = new HookedStore(new MemoryStore(database));
        store.Appending = append =>
        {
            if (!RunReader.ReadEvents(append.Run, Stored(append), RunBlobs.None).Any(e => e is RunEvent.ActivitySucceeded))
            {
                return Task.CompletedTask;
            }

            reached.TrySetResult(); // the effect has happened; its result never gets through
            return Task.FromException(HookedStore.Failure(isTransient: true));
        };
        RunId run;
        await using (var house = await House.OpenAsync(store, Paying, null, null, Once(Counted)))
        {
            run = await house.StartAsync();
            await reached.Task;
        }

        await using var next = await House.OpenAsync(new MemoryStore(database), null, null, null, Once(Counted));
        await UntilAsync(next, run, s => s.Open.GetValueOrDefault(0)?.AwaitsDecision is true);

        Assert.Equal(1, calls);

        Task<ToolResult> Counted(ToolCall call, CancellationToken cancellation)
        {
            calls++;
            return Task.FromResult(House.Ok("7"));
        }
    }

    [Fact]
    public async Task A_tool_that_can_be_asked_says_what_became_of_the_call()
    {
        var database = new MemoryDatabase();
        List<ToolCall> asked = [];
        var pay = Once((_, _) => Task.FromResult(House.Ok())) with
        {
            Reconcile = (call, _) =>
            {
                asked.Add(call);
                return ValueTask.FromResult<Reconciliation>(new Reconciliation.Happened(Payload.Parse("9")));
            },
        };
        var run = await DieInsideAsync(database, pay.Body, pay);
        await using var next = await House.OpenAsync(new MemoryStore(database), null, null, null, pay);

        Assert.Equal("9", (await next.EndAsync(run)).Output.ToString());
        var call = Assert.Single(asked);
        Assert.Equal(new ActivityId(run, 1, 0), call.Activity);
        Assert.Equal(1, call.Attempt);
    }

    [Fact]
    public async Task What_did_not_happen_is_called_again_under_a_new_intent()
    {
        var database = new MemoryDatabase();
        var pay = Once((call, _) => Task.FromResult(House.Ok($"{call.Attempt}"))) with
        {
            Reconcile = (_, _) => ValueTask.FromResult<Reconciliation>(new Reconciliation.DidNotHappen()),
        };
        var run = await DieInsideAsync(database, pay.Body, pay);
        await using var next = await House.OpenAsync(new MemoryStore(database), null, null, null, pay);

        Assert.Equal("2", (await next.EndAsync(run)).Output.ToString());
        Assert.Equal(2, (await EventsAsync(next, run)).OfType<RunEvent.ActivityIntended>().Count());
    }

    [Fact]
    public async Task A_tool_that_cannot_answer_leaves_it_to_people()
    {
        var database = new MemoryDatabase();
        var pay = Once((_, _) => Task.FromResult(House.Ok())) with
        {
            Reconcile = (_, _) => throw new InvalidOperationException("The bank is closed."),
        };
        var run = await DieInsideAsync(database, pay.Body, pay);
        await using var next = await House.OpenAsync(new MemoryStore(database), null, null, null, pay);

        await UntilAsync(next, run, s => s.Open.GetValueOrDefault(0)?.AwaitsDecision is true);

        var reconciled = (await EventsAsync(next, run)).OfType<RunEvent.ActivityReconciled>().Single();
        Assert.Equal(CallOutcome.Unknown, reconciled.Outcome);
        Assert.Contains("The bank is closed.", reconciled.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_throws_or_answers_wrongly_may_have_happened_and_is_not_tried_again(bool throws)
    {
        var calls = 0;
        var pay = Once((_, _) =>
        {
            calls++;
            return throws ? throw new InvalidOperationException("Boom.") : Task.FromResult(House.Ok("\"text\""));
        }) with
        { OutputSchema = Payload.Parse("""{"type":"number"}""") };
        await using var house = await House.OpenAsync(new MemoryStore(), Paying, null, null, pay);
        var run = await house.StartAsync();

        var state = await UntilAsync(house, run, s => s.Open.GetValueOrDefault(0)?.AwaitsDecision is true);

        Assert.Equal(1, calls);
        Assert.Equal(
            throws ? FailureCode.ActivityFault : "tool.output_invalid", state.Open[0].Call!.Unknown!.Cause!.Code);
    }

    [Fact]
    public async Task A_failure_that_the_tool_returns_is_tried_again_under_a_new_intent()
    {
        var calls = 0;
        var pay = Once((_, _) => Task.FromResult(calls++ == 0 ? House.Busy() : House.Ok("7")));
        await using var house = await House.OpenAsync(
            new MemoryStore(), Paying.Replace("on: [\"*\"]", "on: [\"*\"], backoff: 1ms", StringComparison.Ordinal), null, null, pay);
        var run = await house.StartAsync();

        Assert.Equal("7", (await house.EndAsync(run)).Output.ToString());
        Assert.Equal(2, (await EventsAsync(house, run)).OfType<RunEvent.ActivityIntended>().Count());
    }

    [Fact]
    public async Task A_call_that_takes_too_long_is_cancelled_and_nobody_knows()
    {
        var pay = Once(async (_, cancellation) =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return House.Ok();
        });
        await using var house = await House.OpenAsync(
            new MemoryStore(), Paying.Replace("1h", "20ms", StringComparison.Ordinal), null, null, pay);
        var run = await house.StartAsync();

        var state = await UntilAsync(house, run, s => s.Open.GetValueOrDefault(0)?.AwaitsDecision is true);

        Assert.Equal(FailureCode.ActivityTimeout, state.Open[0].Call!.Unknown!.Cause!.Code);
    }

    [Fact]
    public async Task A_run_that_waits_for_a_decision_is_put_down()
    {
        await using var house = await House.OpenAsync(
            new MemoryStore(), Paying, null, null, Once((_, _) => throw new InvalidOperationException("Boom.")));
        var run = await house.StartAsync();
        await UntilAsync(house, run, s => s.Open.GetValueOrDefault(0)?.AwaitsDecision is true);

        Assert.False((await house.Engine.FindAsync(run))!.IsCarried);
    }

    [Fact]
    public async Task A_tool_that_became_one_of_effect_once_is_not_called_by_a_run_that_knows_it_otherwise()
    {
        var database = new MemoryDatabase();
        var pay = Once((_, _) => Task.FromResult(House.Ok("7")));
        var run = await DieInsideAsync(database, pay.Body, pay with { Effect = ToolEffect.Idempotent });
        await using var next = await House.OpenAsync(new MemoryStore(database), null, null, null, pay);

        Assert.Equal("tool.effect_changed", (await next.EndAsync(run)).Failure!.Code);
    }

    [Fact]
    public void A_tool_that_may_be_called_twice_is_never_asked_what_became_of_a_call() =>
        Assert.Throws<ArgumentException>(() => new ToolRegistry().Add(Once((_, _) => Task.FromResult(House.Ok())) with
        {
            Effect = ToolEffect.Idempotent,
            Reconcile = (_, _) => ValueTask.FromResult<Reconciliation>(new Reconciliation.DidNotHappen()),
        }));

    // The first process never comes back from its call; the engine that disposes of it is the one that finds out.
    private static async Task<RunId> DieInsideAsync(MemoryDatabase database, Func<ToolCall, CancellationToken, Task<ToolResult>> counted)
    {
        var body = Once(counted).Body;
        return await DieInsideAsync(database, body, Once(counted));
    }

    private static async Task<RunId> DieInsideAsync(MemoryDatabase database, ToolBody body, Tool tool)
    {
        var reached = new TaskCompletionSource();
        var held = tool with
        {
            Body = async (call, cancellation) =>
            {
                await body(call, cancellation);
                reached.TrySetResult();
                await Task.Delay(Timeout.Infinite, cancellation);
                return House.Ok();
            },
        };
        await using var house = await House.OpenAsync(new MemoryStore(database), Paying, null, null, held);
        var run = await house.StartAsync();
        await reached.Task;
        return run;
    }

    private static Tool Once(Func<ToolCall, CancellationToken, Task<ToolResult>> body) =>
        House.Tool("test.pay", body) with { Effect = ToolEffect.Once };

    private static StoredAppend Stored(Append append) =>
        new(append.Version, append.At, append.Epoch, append.Events, null);

    private static async Task<List<RunEvent>> EventsAsync(House house, RunId run) =>
        [.. (await house.Engine.ReadEventsAsync(run)).SelectMany(a => a.Events)];

    private static async Task<RunState> UntilAsync(House house, RunId run, Func<RunState, bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            if (await house.Engine.FindAsync(run, patience.Token) is { State: var state } && holds(state))
            {
                return state;
            }

            await Task.Delay(5, patience.Token);
        }
    }
}
