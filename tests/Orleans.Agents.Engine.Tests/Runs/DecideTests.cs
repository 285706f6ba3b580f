using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Engine.Tests.Runs;

/// <summary>A call of which nobody knows whether it happened is decided about by people, wherever its run is.</summary>
public sealed class DecideTests
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
              output: { type: number }
              save: { paid: "${{ output }}" }
              next: done
              catch: [ { on: [unknown_outcome], to: refuse } ]
            done: { end: "${{ context.paid }}" }
            refuse: { fail: { code: nobody_knows, message: "${{ error.message }}" } }
        """;

    private readonly MemoryDatabase database = new();
    private int calls;

    [Fact]
    public async Task What_happened_goes_on_with_the_output_somebody_knows()
    {
        await using var house = await OpenAsync();
        var activity = await UndecidedAsync(house);

        Assert.Equal(new DecideResult.Decided(1), await house.Engine.DecideAsync(activity, Accept("7")));

        Assert.Equal("7", (await house.EndAsync(activity.Run)).Output.ToString());
        Assert.Equal(1, calls);
        Assert.Contains(await EventsAsync(house, activity.Run), e => e is RunEvent.ActivityDecided);
    }

    [Fact]
    public async Task What_is_to_be_tried_again_is_called_once_more()
    {
        await using var house = await OpenAsync();
        var activity = await UndecidedAsync(house);

        await house.Engine.DecideAsync(activity, new Verdict.Retry());

        Assert.Equal("2", (await house.EndAsync(activity.Run)).Output.ToString());
    }

    [Fact]
    public async Task What_failed_is_a_failure_that_the_workflow_may_catch()
    {
        await using var house = await OpenAsync();
        var activity = await UndecidedAsync(house);

        await house.Engine.DecideAsync(activity, new Verdict.Fail("the bank says no"));

        Assert.Equal("nobody_knows", (await house.EndAsync(activity.Run)).Failure!.Code);
        Assert.Equal(
            "the bank says no", (await EventsAsync(house, activity.Run)).OfType<RunEvent.ActivityDecided>().Single().Reason);
    }

    [Fact]
    public async Task A_process_that_carries_nothing_may_decide_and_another_obeys()
    {
        await using var carrier = await OpenAsync();
        var activity = await UndecidedAsync(carrier);
        await using var other = await House.OpenAsync(new MemoryStore(database), configure: o => o.CarriesAllRuns = false);

        Assert.Equal(new DecideResult.Decided(1), await other.Engine.DecideAsync(activity, Accept("9")));

        Assert.Equal("9", (await other.EndAsync(activity.Run)).Output.ToString());
    }

    [Fact]
    public async Task Of_two_decisions_about_an_attempt_the_first_counts()
    {
        await using var house = await OpenAsync(o => o.CarriesAllRuns = false);
        var activity = await UndecidedAsync(house);

        Assert.Equal(new DecideResult.Decided(1), await house.Engine.DecideAsync(activity, Accept("7")));
        Assert.Equal(new DecideResult.DecidedBefore(1), await house.Engine.DecideAsync(activity, new Verdict.Retry()));

        await house.Engine.ResumeAsync(activity.Run);
        Assert.Equal("7", (await house.EndAsync(activity.Run)).Output.ToString());
    }

    [Fact]
    public async Task What_cannot_be_obeyed_is_refused_and_says_why()
    {
        await using var house = await OpenAsync(o => o.CarriesAllRuns = false);
        var activity = await UndecidedAsync(house);

        Assert.Equal("run.unknown", await RefusalAsync(new ActivityId(new RunId("nobody"), 1, 0)));
        Assert.Equal("activity.unknown", await RefusalAsync(activity with { Visit = 2 }));
        Assert.Equal("activity.unknown", await RefusalAsync(activity with { Branch = 1 }));
        Assert.Equal("output.invalid", await RefusalAsync(activity, Accept("\"text\"")));
        Assert.Equal("output.unusable", await RefusalAsync(activity, Accept("""{"a":1,"a":2}""")));
        Assert.Equal(
            "payload.too_large", await RefusalAsync(activity, new Verdict.Fail(new string('x', InboxNote.MaxBytes))));
        var refused = await house.Engine.DecideAsync(activity with { Branch = 1 }, new Verdict.Retry());
        Assert.Contains($"{activity}", Assert.IsType<DecideResult.Refused>(refused).Failure.Message, StringComparison.Ordinal);

        await house.Engine.DecideAsync(activity, Accept("7"));
        await house.Engine.ResumeAsync(activity.Run);
        await house.EndAsync(activity.Run);
        Assert.Equal("run.over", await RefusalAsync(activity));

        async Task<string> RefusalAsync(ActivityId decided, Verdict? verdict = null) => Assert
            .IsType<DecideResult.Refused>(await house.Engine.DecideAsync(decided, verdict ?? new Verdict.Retry())).Failure.Code;
    }

    [Fact]
    public async Task A_call_that_is_under_way_is_not_decided_about()
    {
        var reached = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        await using var house = await House.OpenAsync(new MemoryStore(database), Paying, null, null, Once(async _ =>
        {
            reached.SetResult();
            await goOn.Task;
            return House.Ok("7");
        }));
        var run = await house.StartAsync();
        await reached.Task;

        var refused = await house.Engine.DecideAsync(new ActivityId(run, 1, 0), new Verdict.Retry());

        Assert.Equal("activity.not_undecided", Assert.IsType<DecideResult.Refused>(refused).Failure.Code);
        goOn.SetResult();
        Assert.Equal("7", (await house.EndAsync(run)).Output.ToString());
    }

    [Fact]
    public async Task The_result_of_a_process_that_lost_the_run_during_the_call_settles_it()
    {
        var reached = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        var store = new MemoryStore(database);
        await using var slow = await House.OpenAsync(store, Paying, null, o => o.CarriesAllRuns = false, Once(async _ =>
        {
            calls++;
            reached.TrySetResult();
            await goOn.Task;
            return House.Ok("7");
        }));
        var run = await slow.StartAsync();
        await reached.Task;

        // Taken for dead, the process makes its call all the same.
        await store.Carriers.ReleaseAsync(slow.Engine.Epoch, default);
        await using var next = await OpenAsync();
        await House.UntilAsync(next, run, state => state.Open.GetValueOrDefault(0)?.AwaitsDecision is true);
        goOn.SetResult();

        Assert.Equal("7", (await next.EndAsync(run)).Output.ToString());
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task What_waits_in_a_child_run_is_not_lost_to_its_parent()
    {
        const string Asking = """
            apiVersion: orleans.agents/v1
            kind: Workflow
            metadata: { name: test }
            spec:
              start: ask
              states:
                ask: { workflow: paying, save: { paid: "${{ output }}" }, next: done }
                done: { end: "${{ context.paid }}" }
            ---

            """;
        await using var house = await House.OpenAsync(
            new MemoryStore(database),
            Asking + Paying.Replace("name: test", "name: paying", StringComparison.Ordinal),
            null,
            o => o.ParkAfter = TimeSpan.FromMilliseconds(20),
            Once(_ => throw new InvalidOperationException("Boom.")));
        var parent = await house.StartAsync();
        var child = new RunId($"{parent}~1.0");
        await House.UntilAsync(house, child, state => state.Open.GetValueOrDefault(0)?.AwaitsDecision is true);
        await House.UntilPutDownAsync(house, parent);

        Assert.Equal(new DecideResult.Decided(1), await house.Engine.DecideAsync(new ActivityId(child, 1, 0), Accept("7")));

        Assert.Equal("7", (await house.EndAsync(parent)).Output.ToString());
    }

    private static Verdict.Accept Accept(string json) => new(Payload.Parse(json));

    // The first call throws when it may have been made; any other says which it is.
    private Task<House> OpenAsync(Action<EngineOptions>? configure = null) => House.OpenAsync(
        new MemoryStore(database), Paying, null, configure, Once(call => Interlocked.Increment(ref calls) == 1
            ? throw new InvalidOperationException("Boom.")
            : Task.FromResult(House.Ok($"{call.Attempt}"))));

    private static Tool Once(Func<ToolCall, Task<ToolResult>> body) =>
        House.Tool("test.pay", (call, _) => body(call)) with { Effect = ToolEffect.Once };

    private static async Task<ActivityId> UndecidedAsync(House house)
    {
        var run = await house.StartAsync();
        await House.UntilAsync(house, run, state => state.Open.GetValueOrDefault(0)?.AwaitsDecision is true);
        return new ActivityId(run, 1, 0);
    }

    private static async Task<List<RunEvent>> EventsAsync(House house, RunId run) =>
        [.. (await house.Engine.ReadEventsAsync(run)).SelectMany(a => a.Events)];
}
