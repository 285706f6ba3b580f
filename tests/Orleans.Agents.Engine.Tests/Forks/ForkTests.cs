using System.Collections.Concurrent;
using Orleans.Agents.Engine.Tests.Runs;
using Orleans.Agents.Forks;
using Orleans.Agents.Journal;
using Orleans.Agents.Replays;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Engine.Tests.Forks;

/// <summary>Runs forked in an engine: they need nothing of the other run, and repeat nothing that it recorded.</summary>
public sealed class ForkTests
{
    private const string Steps = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: read
          states:
            read: { tool: test.read, save: { page: "${{ output }}" }, next: plan }
            plan: { tool: test.work, input: plan, save: { plan: "${{ output }}" }, next: act }
            act: { tool: test.work, input: "${{ context.plan }}", timeout: 1h, save: { did: "${{ output }}" }, next: done }
            done: { end: ["${{ context.did }}", "${{ size(context.page) }}"] }
        """;

    private readonly MemoryDatabase database = new();
    private readonly ConcurrentQueue<ToolCall> calls = [];

    [Fact]
    public async Task It_goes_on_with_another_context_and_large_payloads_after_the_other_run_was_pruned()
    {
        await using var house = await OpenAsync();
        var first = await house.StartAsync();
        await house.EndAsync(first);
        calls.Clear();

        var fork = await ForkAsync(house, new ForkRequest(first, await EndOfAsync(house, first, 2), Context: Payload.Parse("""{"plan":"B"}""")));
        await using var store = new MemoryStore(database);
        await house.EndAsync(fork);
        await store.Runs.PruneAsync(new PruneRule(null, 1), default);
        Assert.Null(await house.Engine.FindAsync(first));

        await house.DisposeAsync();
        await using var next = await OpenAsync();
        var state = (await next.Engine.FindAsync(fork))!.State;
        Assert.Equal("""["B",40000]""", state.Output.ToString());
        Assert.Equal(["\"B\""], calls.Select(call => call.Input.ToString()));
        Assert.True(database.InOrder[0].Blobs.Count > 0);
    }

    [Fact]
    public async Task A_forked_run_is_carried_on_by_another_process_and_keeps_the_key_of_what_was_under_way()
    {
        var held = new TaskCompletionSource();
        RunId fork;
        await using (var dying = await OpenAsync(held.Task))
        {
            var first = await dying.StartAsync();
            await House.UntilAsync(dying, first, state => state.State == "act");
            fork = await ForkAsync(dying, new ForkRequest(first, await EndOfAsync(dying, first, 2), new RunId("fork")));
        }

        calls.Clear();
        await using var house = await OpenAsync();
        Assert.Equal("""["planned",40000]""", (await house.EndAsync(fork)).Output.ToString());

        var original = database.InOrder[0].Record.Id;
        await house.EndAsync(original);
        Assert.Equal($"{original}/3/0", Assert.Single(calls.Select(call => call.Activity.ToString()).Distinct()));
        Assert.Equal([fork.Value, original.Value], calls.Select(call => call.Run.Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_tool_that_refuses_older_carriers_hears_the_fork_however_often_the_other_run_was_taken_over()
    {
        var held = new TaskCompletionSource();
        var (first, cut) = (default(RunId), 0L);
        for (var carriers = 1L; carriers <= 3; carriers++)
        {
            await using var carrier = await OpenAsync(held.Task);
            if (carriers == 1)
            {
                first = await carrier.StartAsync();
                await House.UntilAsync(carrier, first, state => state.State == "act");
                cut = await EndOfAsync(carrier, first, 2);
            }

            await House.UntilAsync(carrier, first, state => state.Epoch >= carriers);
        }

        await using var house = await OpenAsync();
        await house.EndAsync(first);
        var newest = calls.Max(call => call.Epoch.Value);
        await house.EndAsync(await ForkAsync(house, new ForkRequest(first, cut, new RunId("fork"))));

        var forked = Assert.Single(calls, call => call.Run.Value == "fork");
        Assert.Equal($"{first}/3/0", forked.Activity.ToString());
        Assert.True(forked.Epoch.Value > newest, $"The fork calls under {forked.Epoch}, the other run did under {newest}.");
    }

    [Fact]
    public async Task Forks_of_forks_are_decided_the_same_when_they_are_replayed()
    {
        await using var house = await OpenAsync();
        var first = await house.StartAsync();
        await house.EndAsync(first);
        var fork = await ForkAsync(house, new ForkRequest(first, await EndOfAsync(house, first, 1)));
        await house.EndAsync(fork);
        var second = await ForkAsync(house, new ForkRequest(fork, await EndOfAsync(house, fork, 1), Context: Payload.Parse("""{"plan":"C"}""")));
        await house.EndAsync(second);

        Assert.Equal("""["C",40000]""", (await house.Engine.FindAsync(second))!.State.Output.ToString());
        await using var store = new MemoryStore(database);
        var replayed = (await new RunReplays(store).ReplayAsync(second))!;
        Assert.True(replayed.Difference is null, $"{replayed.Difference}");
        Assert.Contains($"run {fork}", Assert.Single(replayed.Unverified).Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_forked_is_refused_with_what_could()
    {
        await using var house = await OpenAsync();
        var run = await house.StartAsync();
        await house.EndAsync(run);
        var ends = (await house.Engine.ReadEventsAsync(run)).Select(append => append.Version).ToArray();

        Assert.Contains($"{ends[0]} and {ends[1]}", await RefusedAsync(house, new ForkRequest(run, ends[1] - 1), "run.fork_boundary"), StringComparison.Ordinal);
        Assert.Contains($"first such version is {ends[0]}", await RefusedAsync(house, new ForkRequest(run, 1), "run.fork_boundary"), StringComparison.Ordinal);
        Assert.Contains($"last such version is {ends[^1]}", await RefusedAsync(house, new ForkRequest(run, 999), "run.fork_boundary"), StringComparison.Ordinal);
        await RefusedAsync(house, new ForkRequest(run, ends[^1]), "run.fork_settled");
        await RefusedAsync(house, new ForkRequest(new RunId("nobody"), 2), "run.unknown");
        await RefusedAsync(house, new ForkRequest(run, ends[0], new RunId("a~1.0")), "run.name_invalid");
        await RefusedAsync(house, new ForkRequest(run, ends[0], Context: Payload.Parse("""{"plam":1}""")), "context.edit_invalid");
        Assert.Single(database.InOrder);
    }

    [Fact]
    public async Task One_name_is_one_fork()
    {
        await using var house = await OpenAsync();
        var run = await house.StartAsync();
        await house.EndAsync(run);
        var request = new ForkRequest(run, await EndOfAsync(house, run, 1), new RunId("fork"));
        await ForkAsync(house, request);

        Assert.False(Assert.IsType<StartResult.Started>(await house.Engine.ForkAsync(request)).IsNew);
        await RefusedAsync(house, request with { At = await EndOfAsync(house, run, 2) }, "run.key_conflict");
        await RefusedAsync(house, request with { As = run }, "run.key_conflict");
    }

    [Fact]
    public async Task One_key_is_one_fork()
    {
        await using var house = await OpenAsync();
        var run = await house.StartAsync();
        await house.EndAsync(run);
        var request = new ForkRequest(run, await EndOfAsync(house, run, 1), Key: "fork");
        var fork = await ForkAsync(house, request);

        Assert.Equal(new StartResult.Started(fork, IsNew: false), await house.Engine.ForkAsync(request));
        Assert.Equal("fork", (await house.Engine.LookUpAsync(fork))!.Key);
        await RefusedAsync(house, request with { At = await EndOfAsync(house, run, 2) }, "run.key_conflict");
        var started = await house.Engine.StartRunAsync(new StartRequest("test", Payload.EmptyObject, "fork"));
        Assert.Equal("run.key_conflict", Assert.IsType<StartResult.Refused>(started).Failure.Code);
    }

    [Fact]
    public async Task A_run_that_was_pruned_cannot_be_forked()
    {
        await using var house = await OpenAsync();
        var run = await house.StartAsync();
        await house.EndAsync(run);
        await using var store = new MemoryStore(database);
        await store.Runs.PruneAsync(new PruneRule(null, 0), default);

        Assert.Equal("history.pruned", (await Assert.ThrowsAsync<HistoryException>(() => house.Engine.ForkAsync(new ForkRequest(run, 2)))).Code);
    }

    private static async Task<RunId> ForkAsync(House house, ForkRequest request)
    {
        var started = Assert.IsType<StartResult.Started>(await house.Engine.ForkAsync(request));
        Assert.True(started.IsNew);
        return started.Run;
    }

    private static async Task<string> RefusedAsync(House house, ForkRequest request, string code)
    {
        var refused = Assert.IsType<StartResult.Refused>(await house.Engine.ForkAsync(request)).Failure;
        Assert.Equal(code, refused.Code);
        return refused.Message;
    }

    // The version after the append with this number, counted from 0.
    private static async Task<long> EndOfAsync(House house, RunId run, int append) =>
        (await house.Engine.ReadEventsAsync(run))[append].Version;

    private Task<House> OpenAsync(Task? acting = null) => House.OpenAsync(
        new MemoryStore(database),
        Steps,
        null,
        null,
        House.Tool("test.read", (_, _) => Task.FromResult(House.Ok($"\"{new string('x', 40_000)}\""))),
        House.Tool("test.work", async (call, cancellation) =>
        {
            calls.Enqueue(call);
            var input = call.Input.ToString();
            if (input != "\"plan\"")
            {
                await (acting ?? Task.CompletedTask).WaitAsync(cancellation);
            }

            return House.Ok(input == "\"plan\"" ? "\"planned\"" : input);
        }));
}
