using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;

namespace Orleans.Agents.Engine.Tests.Runs;

/// <summary>Each run has one carrier in the process, or is free for another.</summary>
public sealed class CarryingTests
{
    private const string OneTool = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: only
          states:
            only: { tool: test.only, timeout: 1h, next: done }
            done: { end: ok }
        """;

    [Fact]
    public async Task A_run_whose_claim_was_made_but_not_answered_is_carried_on()
    {
        var database = new MemoryDatabase();
        var run = await OrphanAsync(database);
        var failures = 1;
        var store = new HookedStore(new MemoryStore(database))
        {
            Claimed = _ => failures-- > 0 ? throw HookedStore.Failure(isTransient: true) : Task.CompletedTask,
        };
        await using var house = await House.OpenAsync(store, null, null, null, Counting([]));

        Assert.Equal(RunStatus.Succeeded, (await house.EndAsync(run)).Status);
    }

    [Fact]
    public async Task A_run_this_program_cannot_read_is_left_for_one_that_can()
    {
        var database = new MemoryDatabase();
        await AddUnreadableAsync(database, """[{"type":"run.teleported"}]""");
        await using var house = await House.OpenAsync(new MemoryStore(database), OneTool, null, o => o.CarriesAllRuns = false, Counting([]));
        await Assert.ThrowsAsync<HistoryException>(() => house.Engine.ResumeAsync(new RunId("run-new")));

        await using var newer = new MemoryStore(database);
        var epoch = await newer.Carriers.TakeAsync(isKeeper: true, default);

        Assert.Single(await newer.Journal.ClaimAsync([new RunClaim(new RunId("run-new"), 1)], epoch, default));
    }

    [Theory]
    [InlineData("""[{"kind":"run.started"}]""")]
    [InlineData("""[{"type":"activity.succeeded","visit":1,"branch":0,"attempt":1,"output":null}]""")]
    public async Task A_damaged_history_is_said_and_keeps_nobody_from_the_other_runs(string events)
    {
        var database = new MemoryDatabase();
        await AddUnreadableAsync(database, events);
        var run = await OrphanAsync(database);
        await using var house = await House.OpenAsync(new MemoryStore(database), null, null, null, Counting([]));

        Assert.Equal(RunStatus.Succeeded, (await house.EndAsync(run)).Status);
        await Assert.ThrowsAsync<HistoryException>(() => house.Engine.FindAsync(new RunId("run-new")));
    }

    [Fact]
    public async Task A_pinned_definition_that_cannot_be_understood_is_a_history_that_cannot()
    {
        var database = new MemoryDatabase();
        await AddUnreadableAsync(
            database,
            """
            [{"type":"run.started","origin":{"run":"run-new","workflow":"test","hash":"h","language":1,
            "correlation_id":"0197f5b0-0000-7000-8000-000000000001"},"input":null,"context":{},
            "bounds":{"activities":1,"active_time":"01:00:00"}}]
            """);
        await using var house = await House.OpenAsync(new MemoryStore(database), null, null, o => o.CarriesAllRuns = false);

        var thrown = await Assert.ThrowsAsync<HistoryException>(() => house.Engine.ResumeAsync(new RunId("run-new")));

        Assert.Equal("history.damaged", thrown.Code);
    }

    [Fact]
    public async Task A_run_that_two_callers_open_at_once_is_carried_once()
    {
        var database = new MemoryDatabase();
        var run = await OrphanAsync(database);
        var reads = 0;
        var (held, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var store = new HookedStore(new MemoryStore(database))
        {
            HasRead = _ =>
            {
                if (Interlocked.Increment(ref reads) > 1)
                {
                    return Task.CompletedTask;
                }

                held.SetResult();
                return go.Task;
            },
        };
        List<ToolCall> calls = [];
        await using var house = await House.OpenAsync(store, null, null, o => o.CarriesAllRuns = false, Counting(calls));

        var first = house.Engine.ResumeAsync(run);
        await held.Task;
        var second = house.Engine.ResumeAsync(run);
        var end = house.Engine.WaitForEndAsync(run);
        for (var turns = 0; turns < 100_000 && !end.IsCompleted; turns++)
        {
            await Task.Yield(); // as far as the second comes while the first holds an old state
        }

        go.SetResult();
        await Task.WhenAll(first, second);
        await house.EndAsync(run);

        Assert.Single(calls);
    }

    [Fact]
    public async Task A_start_under_a_name_whose_start_comes_to_nothing_starts_the_run_itself()
    {
        var (held, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var store = new HookedStore(new MemoryStore());
        store.Appending = async _ =>
        {
            store.Appending = _ => Task.CompletedTask;
            held.SetResult();
            await go.Task;
            throw HookedStore.Failure(isTransient: false);
        };
        await using var house = await House.OpenAsync(store, OneTool, null, null, Counting([]));

        var first = house.StartAsync(run: new RunId("run-x"));
        await held.Task;
        var second = house.StartAsync(run: new RunId("run-x"));
        go.SetResult();

        await Assert.ThrowsAsync<StoreException>(() => first);
        await second;
        Assert.NotNull(await house.Engine.FindAsync(new RunId("run-x")));
    }

    [Fact]
    public async Task Another_input_under_a_name_that_is_being_started_is_refused()
    {
        var (held, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var store = new HookedStore(new MemoryStore())
        {
            Appending = _ =>
            {
                held.TrySetResult();
                return go.Task;
            },
        };
        await using var house = await House.OpenAsync(store, OneTool, null, null, Counting([]));

        var first = house.StartAsync("1", run: new RunId("run-x"));
        await held.Task;
        var second = house.Engine.StartRunAsync(new StartRequest("test", Values.Payload.Parse("2"), Run: new RunId("run-x")));
        go.SetResult();
        await first;

        Assert.Equal("run.key_conflict", Assert.IsType<StartResult.Refused>(await second).Failure.Code);
    }

    private static async Task<RunId> OrphanAsync(MemoryDatabase database)
    {
        var reached = new TaskCompletionSource();
        var stuck = House.Tool("test.only", async (_, cancellation) =>
        {
            reached.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
            return House.Ok();
        });
        await using var house = await House.OpenAsync(new MemoryStore(database), OneTool, null, o => o.CarriesAllRuns = false, stuck);
        var run = await house.StartAsync();
        await reached.Task;
        return run;
    }

    private static async Task AddUnreadableAsync(MemoryDatabase database, string events)
    {
        await using var store = new MemoryStore(database);
        var epoch = await store.Carriers.TakeAsync(isKeeper: true, default);
        await store.Definitions.SaveAsync("h", "{}"u8.ToArray(), default);
        var append = new Append(
            new RunId("run-new"), epoch, 0, 1, DateTimeOffset.UnixEpoch, System.Text.Encoding.UTF8.GetBytes(events), new RunRow(RunStatus.Running, "a"))
        {
            Birth = new RunBirth("test", "h", null),
        };
        Assert.IsType<Appended.Stored>(await store.Journal.AppendAsync(append, default));
        await store.Carriers.ReleaseAsync(epoch, default);
    }

    private static Tool Counting(List<ToolCall> calls) => House.Tool("test.only", (call, _) =>
    {
        calls.Add(call);
        return Task.FromResult(House.Ok());
    });
}
