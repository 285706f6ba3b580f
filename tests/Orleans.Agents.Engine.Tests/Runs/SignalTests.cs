using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;

namespace Orleans.Agents.Engine.Tests.Runs;

/// <summary>Runs that wait for what people tell them, over the deaths of processes.</summary>
public sealed class SignalTests
{
    private const string Approving = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: work
          states:
            work: { tool: test.work, next: approve }
            approve:
              wait: { signal: approval, timeout: 24h, schema: { type: object, required: [ok], properties: { ok: { type: boolean } } } }
              save: { ok: "${{ output.ok }}" }
              next: again
            again:
              wait: { signal: news }
              save: { news: "${{ output }}" }
              next: done
            done: { end: { ok: "${{ context.ok }}", news: "${{ context.news }}" } }
        """;

    private const string Nested = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: all
          states:
            all:
              parallel:
                branches:
                  legal: { workflow: review, input: legal }
                  money: { workflow: review, input: money }
                  press: { workflow: review, input: press }
              save: { all: "${{ output }}" }
              next: done
            done: { end: "${{ context.all }}" }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: review }
        spec:
          start: ask
          states:
            ask: { workflow: approve, save: { said: "${{ output }}" }, next: done }
            done: { end: ["${{ input }}", "${{ context.said }}"] }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: approve }
        spec:
          start: ask
          states:
            ask: { wait: { signal: approval }, save: { said: "${{ output }}" }, next: done }
            done: { end: "${{ context.said }}" }
        """;

    private readonly MemoryDatabase database = new();
    private readonly TaskCompletionSource goOn = new();

    [Fact]
    public async Task A_run_goes_on_with_what_it_is_told_and_is_put_down_meanwhile()
    {
        await using var house = await OpenAsync();
        var run = await WaitingAsync(house, "approve");
        await House.UntilPutDownAsync(house, run);

        Assert.Equal(new SignalResult.Sent("mail-1"), await house.Engine.SignalAsync(run, "approval", Ok, "mail-1"));
        await House.UntilAsync(house, run, state => state.State == "again");
        await house.Engine.SignalAsync(run, "news", Payload.Parse("\"rain\""));

        Assert.Equal("""{"news":"rain","ok":true}""", (await house.EndAsync(run)).Output.ToString());
    }

    [Fact]
    public async Task A_signal_sent_before_its_state_is_there_waits_for_it()
    {
        await using var house = await OpenAsync();
        var run = await house.StartAsync();

        await house.Engine.SignalAsync(run, "news", Payload.Parse("1"));
        await house.Engine.SignalAsync(run, "approval", Ok);
        await House.UntilAsync(house, run, state => state.Signals?.Count == 2);
        goOn.SetResult();

        Assert.Equal("""{"news":1,"ok":true}""", (await house.EndAsync(run)).Output.ToString());
    }

    [Fact]
    public async Task A_signal_that_is_sent_twice_comes_once_also_after_it_was_taken_and_in_another_process()
    {
        RunId run;
        await using (var house = await OpenAsync())
        {
            run = await WaitingAsync(house, "approve");
            await house.Engine.SignalAsync(run, "approval", Ok, "mail-1");
            await House.UntilAsync(house, run, state => state.State == "again");
        }

        await using var next = await OpenAsync();
        Assert.Equal(new SignalResult.SentBefore("mail-1"), await next.Engine.SignalAsync(run, "news", Payload.Null, "mail-1"));
        await next.Engine.SignalAsync(run, "news", Payload.Parse("2"), "mail-2");

        Assert.Equal("""{"news":2,"ok":true}""", (await next.EndAsync(run)).Output.ToString());
        Assert.Equal(new SignalResult.SentBefore("mail-2"), await next.Engine.SignalAsync(run, "news", Payload.Null, "mail-2"));
        Assert.Equal(2, (await EventsAsync(next, run)).Count(e => e is RunEvent.SignalReceived));
    }

    [Fact]
    public async Task Signals_are_kept_when_their_process_dies_and_taken_in_the_next()
    {
        RunId run;
        await using (var house = await OpenAsync())
        {
            run = await house.StartAsync();
            await house.Engine.SignalAsync(run, "news", Payload.Parse("1"));
            await house.Engine.SignalAsync(run, "news", Payload.Parse("2"));
            await house.Engine.SignalAsync(run, "approval", Ok);
            await House.UntilAsync(house, run, state => state.Signals?.Count == 3);
        }

        goOn.SetResult();
        await using var next = await OpenAsync();

        Assert.Equal("""{"news":1,"ok":true}""", (await next.EndAsync(run)).Output.ToString());
    }

    [Fact]
    public async Task What_a_run_has_no_use_for_is_refused_and_leaves_no_trace()
    {
        await using var house = await OpenAsync();
        var run = await WaitingAsync(house, "approve");
        var before = (await house.Engine.FindAsync(run))!.State.Version;

        Assert.Equal("run.unknown", await RefusalAsync(new RunId("nobody"), "approval", Ok));
        Assert.Equal("signal.unknown", await RefusalAsync(run, "aproval", Ok));
        Assert.Equal("signal.invalid", await RefusalAsync(run, "approval", Payload.Parse("""{"ok":"yes"}""")));
        Assert.Equal("signal.id_invalid", await RefusalAsync(run, "approval", Ok, ""));
        Assert.Equal("signal.id_invalid", await RefusalAsync(run, "approval", Ok, new string('x', SignalResult.MaxIdLength + 1)));
        Assert.Equal("payload.too_large", await RefusalAsync(run, "news", Payload.FromText(new string('x', RunLimits.PayloadBytes))));
        Assert.Equal(before, (await house.Engine.FindAsync(run))!.State.Version);
        Assert.Empty(database.Unconsumed);

        Assert.IsType<SignalResult.Sent>(
            await house.Engine.SignalAsync(run, "approval", Ok, new string('x', SignalResult.MaxIdLength)));
        await house.Engine.SignalAsync(run, "news", Payload.Null);
        await house.EndAsync(run);
        Assert.Equal("run.over", await RefusalAsync(run, "approval", Ok));

        async Task<string> RefusalAsync(RunId told, string name, Payload payload, string? id = null) => Assert
            .IsType<SignalResult.Refused>(await house.Engine.SignalAsync(told, name, payload, id)).Failure.Code;
    }

    [Fact]
    public async Task A_payload_that_readers_would_not_read_alike_is_refused_with_its_place()
    {
        await using var house = await OpenAsync();
        var twice = Payload.Parse("""{"ok":true,"a":{"b":1,"b":2}}""");
        var refused = await house.Engine.SignalAsync(await house.StartAsync(), "approval", twice);

        var (code, why) = (Assert.IsType<SignalResult.Refused>(refused).Failure.Code, ((SignalResult.Refused)refused).Failure.Message);
        Assert.Equal(("signal.invalid", true), (code, why.Contains("cannot be used: /a/b ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Early_signals_beyond_the_limit_are_refused_to_their_sender()
    {
        await using var house = await OpenAsync();
        var run = await house.StartAsync();
        for (var i = 0; i < RunLimits.EarlySignals; i++)
        {
            await house.Engine.SignalAsync(run, "news", Payload.Null, $"news-{i}");
        }

        await House.UntilAsync(house, run, state => state.Signals?.Count == RunLimits.EarlySignals);

        var refused = await house.Engine.SignalAsync(run, "approval", Ok);
        var again = await house.Engine.SignalAsync(run, "news", Payload.Null, "news-0");
        Assert.Equal("signal.too_many", Assert.IsType<SignalResult.Refused>(refused).Failure.Code);
        Assert.Equal(new SignalResult.SentBefore("news-0"), again);
    }

    [Fact]
    public async Task A_signal_that_was_taken_before_the_run_filled_up_was_sent_before()
    {
        await using var house = await OpenAsync();
        var run = await WaitingAsync(house, "approve");
        await house.Engine.SignalAsync(run, "approval", Ok, "taken");
        await House.UntilAsync(house, run, state => state.State == "again");
        for (var i = 0; i < RunLimits.EarlySignals; i++)
        {
            await house.Engine.SignalAsync(run, "approval", Ok, $"early-{i}");
        }

        await House.UntilAsync(house, run, state => state.Signals?.Count == RunLimits.EarlySignals);

        var another = await house.Engine.SignalAsync(run, "approval", Ok, "another");
        Assert.Equal("signal.too_many", Assert.IsType<SignalResult.Refused>(another).Failure.Code);
        Assert.Equal(new SignalResult.SentBefore("taken"), await house.Engine.SignalAsync(run, "approval", Ok, "taken"));
    }

    [Fact]
    public async Task An_approval_in_a_child_of_a_child_is_found_from_the_root_and_reached_by_its_name()
    {
        await using var house = await OpenAsync(Nested);
        var root = await house.StartAsync();
        var waits = await UntilAllWaitAsync(house, root, 3);
        await House.UntilPutDownAsync(house, root);

        var wrong = Assert.IsType<SignalResult.Refused>(await house.Engine.SignalAsync(root, "approval", Payload.Null));
        Assert.Equal("signal.unknown", wrong.Failure.Code);
        Assert.Contains($"{waits[0].Run}", wrong.Failure.Message, StringComparison.Ordinal);
        foreach (var wait in waits)
        {
            Assert.Equal(("approve", "ask", "approval"), (wait.Workflow, wait.State, wait.Signal));
            await house.Engine.SignalAsync(wait.Run, "approval", Payload.FromText($"{wait.Run.Value[root.Value.Length..]}"));
        }

        Assert.Equal(
            """{"legal":["legal","~1.0~1.0"],"money":["money","~1.1~1.0"],"press":["press","~1.2~1.0"]}""",
            (await house.EndAsync(root)).Output.ToString());
        Assert.Empty(await house.Engine.FindWaitsAsync(root));
    }

    [Fact]
    public async Task Of_several_that_wait_side_by_side_each_is_resumed_by_its_own_signal_and_in_any_order()
    {
        await using var house = await OpenAsync(Nested);
        var root = await house.StartAsync();
        var waits = await UntilAllWaitAsync(house, root, 3);

        await house.Engine.SignalAsync(waits[2].Run, "approval", Payload.Parse("3"));
        Assert.Equal([waits[0].Run, waits[1].Run], (await UntilAllWaitAsync(house, root, 2)).Select(w => w.Run));
        await Task.WhenAll(
            house.Engine.SignalAsync(waits[0].Run, "approval", Payload.Parse("1")),
            house.Engine.SignalAsync(waits[1].Run, "approval", Payload.Parse("2")));

        Assert.Equal(
            """{"legal":["legal",1],"money":["money",2],"press":["press",3]}""", (await house.EndAsync(root)).Output.ToString());
    }

    [Fact]
    public async Task What_listed_runs_wait_for_is_found_for_all_of_them_together()
    {
        await using var house = await OpenAsync();
        var first = await WaitingAsync(house, "approve");
        var second = await WaitingAsync(house, "approve");
        var over = await WaitingAsync(house, "approve");
        await house.Engine.SignalAsync(second, "approval", Ok);
        await house.Engine.SignalAsync(over, "approval", Ok);
        await house.Engine.SignalAsync(over, "news", Ok);
        await house.EndAsync(over);
        await House.UntilAsync(house, second, state => state.State == "again");

        var waits = await house.Engine.FindWaitsAsync(await house.Engine.ListAsync(new RunQuery()));

        Assert.Equal(
            [(first, "approval", TimeSpan.FromHours(24)), (second, "news", null)],
            waits.Select(w => (w.Run, w.Signal, w.Until - w.Since)).OrderBy(w => w.Signal, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Many_signals_at_once_are_all_received_once()
    {
        await using var house = await OpenAsync();
        var run = await house.StartAsync();

        await Task.WhenAll(Enumerable.Range(0, 80).Select(i =>
            house.Engine.SignalAsync(run, "news", Payload.Parse($"{i / 2}"), $"mail-{i / 2}")));

        var state = await House.UntilAsync(house, run, state => state.Signals?.Count == 40);
        Assert.Equal(40, state.Signals!.Select(s => s.Id).Distinct().Count());
    }

    private static Payload Ok => Payload.Parse("""{"ok":true}""");

    // The tool stops until the test lets it go on.
    private Task<House> OpenAsync(string yaml = Approving) => House.OpenAsync(
        new MemoryStore(database),
        yaml,
        null,
        options => options.ParkAfter = TimeSpan.FromMilliseconds(20),
        House.Tool("test.work", async (_, cancellation) =>
        {
            await goOn.Task.WaitAsync(cancellation);
            return House.Ok();
        }));

    private async Task<RunId> WaitingAsync(House house, string state)
    {
        goOn.TrySetResult();
        var run = await house.StartAsync();
        await House.UntilAsync(house, run, found => found.State == state);
        return run;
    }

    private static async Task<List<SignalWait>> UntilAllWaitAsync(House house, RunId root, int many)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var waits = await house.Engine.FindWaitsAsync(root, patience.Token);
            if (waits.Length == many)
            {
                return [.. waits.OrderBy(w => w.Run.Value, StringComparer.Ordinal)];
            }

            await Task.Delay(5, patience.Token);
        }
    }

    private static async Task<List<RunEvent>> EventsAsync(House house, RunId run) =>
        [.. (await house.Engine.ReadEventsAsync(run)).SelectMany(a => a.Events)];
}
