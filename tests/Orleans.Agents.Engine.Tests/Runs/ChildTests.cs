using Orleans.Agents.Failures;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Engine.Tests.Runs;

/// <summary>Runs that start others and wait for them, in one process and over the deaths of several.</summary>
public sealed class ChildTests
{
    private const string Child = """
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: child }
        spec:
          input: { type: object, required: [n], properties: { n: { type: integer } } }
          start: work
          states:
            work:
              tool: test.work
              input: { n: "${{ input.n }}" }
              retry: { attempts: 1 }
              save: { got: "${{ output }}" }
              next: done
            done: { end: "${{ context.got }}" }
        """;

    private const string Asking = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: ask
          states:
            ask: { workflow: child, input: { n: 20 }, save: { got: "${{ output }}" }, next: done }
            done: { end: "${{ context.got + 1 }}" }
        """ + "\n" + Child;

    private const string Fanning = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: all
          states:
            all:
              foreach: { in: "${{ input.items }}", limit: 1000 }
              do: { workflow: child, input: { n: "${{ item }}" } }
              save: { got: "${{ output }}" }
              next: done
            done: { end: "${{ context.got }}" }
        """ + "\n" + Child;

    private readonly MemoryDatabase database = new();
    private int calls;

    [Fact]
    public async Task A_child_runs_to_its_end_and_gives_its_output_to_its_parent()
    {
        await using var house = await OpenAsync(Asking, Double());

        var state = await house.RunAsync();

        Assert.Equal("41", state.Output.ToString());
        var child = (await house.Engine.FindAsync(new RunId($"{state.Origin!.Run}~1.0")))!;
        Assert.Equal((RunStatus.Succeeded, "40"), (child.State.Status, child.State.Output.ToString()));
        Assert.Equal(state.Origin.Run, child.State.Origin!.Parent!.Run);
        Assert.Equal(state.Origin.CorrelationId, child.State.Origin.CorrelationId);
        Assert.Empty(database.Unconsumed);
    }

    [Fact]
    public async Task The_failure_of_a_child_is_its_parents_with_the_cause()
    {
        await using var house = await OpenAsync(Asking, Work(_ => throw new InvalidOperationException("Boom.")));

        var failure = (await house.RunAsync()).Failure!;

        Assert.Equal(("activity.fault", "ask"), (failure.Code, failure.Origin!.State));
        Assert.Equal("work", failure.Cause!.Origin!.State);
        Assert.Contains("~1.0", failure.Cause.Origin.Run, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hundred_children_begin_in_one_append_and_their_ends_arrive_together()
    {
        var appends = 0;
        RunId? parent = null;
        var store = new HookedStore(new MemoryStore(database))
        {
            Appending = append =>
            {
                appends += append.Run == parent ? 1 : 0;
                return Task.CompletedTask;
            },
        };
        await using var house = await House.OpenAsync(store, Fanning, null, null, Double());
        parent = new RunId("parent");
        await house.StartAsync(Items(100), run: parent);

        Assert.Equal(Doubled(100), (await house.EndAsync(parent.Value)).Output.ToString());
        var started = (await house.Engine.ReadEventsAsync(parent.Value)).Count(a => a.Events.Any(e => e is RunEvent.ChildStarted));
        Assert.Equal(1, started);
        Assert.InRange(appends, 3, 102);
    }

    [Fact]
    public async Task A_parent_and_its_children_go_on_in_another_process_when_theirs_is_gone()
    {
        var reached = new TaskCompletionSource();
        RunId run;
        await using (var house = await OpenAsync(Fanning, Work(async (call, cancellation) =>
        {
            if (call.Input.ToString() == """{"n":3}""")
            {
                reached.TrySetResult();
                await Task.Delay(Timeout.Infinite, cancellation);
            }

            return House.Ok("0");
        })))
        {
            run = await house.StartAsync(Items(4));
            await reached.Task;
        }

        await using var next = await OpenAsync(null, Double());

        Assert.Contains(",6,", (await next.EndAsync(run)).Output.ToString(), StringComparison.Ordinal);
        Assert.Equal(4, (await ChildrenAsync(run)).Count);
    }

    [Fact]
    public async Task A_parent_may_be_carried_by_another_process_than_its_child()
    {
        var goOn = new TaskCompletionSource();
        var store = new MemoryStore(database);
        await using var first = await House.OpenAsync(
            store, Asking, null, o => o.CarriesAllRuns = false, Work(async (call, _) =>
            {
                await goOn.Task;
                return House.Ok("40");
            }));
        var run = await first.StartAsync();
        await House.UntilAsync(first, new RunId($"{run}~1.0"), state => state.State == "work");

        // The parent is let go and taken on elsewhere; its child stays where it is.
        var parent = database.Find(run)!;
        parent.Record = parent.Record with { Owner = null, Row = parent.Record.Row with { IsReleased = true } };
        await using var second = await OpenAsync(null, Double(), o => o.CarriesAllRuns = false);
        Assert.True(await second.Engine.ResumeAsync(run));
        goOn.SetResult();

        Assert.Equal("41", (await second.EndAsync(run)).Output.ToString());
    }

    [Fact]
    public async Task A_parent_whose_child_takes_long_is_put_down_and_taken_on_with_its_end()
    {
        var goOn = new TaskCompletionSource();
        await using var house = await OpenAsync(
            Asking,
            Work(async (call, _) =>
            {
                await goOn.Task;
                return House.Ok("40");
            }),
            o => o.ParkAfter = TimeSpan.FromMilliseconds(20));
        var run = await house.StartAsync();
        await House.UntilPutDownAsync(house, run);

        Assert.Contains(await EventsAsync(house, run), e => e is RunEvent.Parked);
        goOn.SetResult();

        Assert.Equal("41", (await house.EndAsync(run)).Output.ToString());
    }

    [Fact]
    public async Task Cancelling_a_parent_stops_its_children_first()
    {
        var reached = new TaskCompletionSource();
        var stopped = new TaskCompletionSource();
        await using var house = await OpenAsync(Asking, Work(async (call, cancellation) =>
        {
            reached.TrySetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, cancellation);
            }
            finally
            {
                stopped.TrySetResult();
            }

            return House.Ok();
        }));
        var run = await house.StartAsync();
        await reached.Task;

        await house.Engine.CancelAsync(run, "enough");

        Assert.Equal(FailureCode.Cancelled, (await house.EndAsync(run)).Failure!.Code);
        var child = (await house.Engine.FindAsync(new RunId($"{run}~1.0")))!.State;
        Assert.Equal(FailureCode.Cancelled, child.Failure!.Code);
        Assert.Contains($"{run}", child.Failure.Message, StringComparison.Ordinal);
        await stopped.Task;
        Assert.Contains(await EventsAsync(house, run), e => e is RunEvent.LateResult);
        Assert.Empty(database.Unconsumed);
    }

    [Fact]
    public async Task The_first_of_several_children_wins_and_the_others_are_stopped()
    {
        var reached = new TaskCompletionSource();
        await using var house = await OpenAsync(
            Fanning.Replace("limit: 1000", "limit: 1000, settle: any", StringComparison.Ordinal),
            Work(async (call, cancellation) =>
            {
                if (call.Input.ToString() != """{"n":1}""")
                {
                    if (Interlocked.Increment(ref calls) == 2)
                    {
                        reached.TrySetResult();
                    }

                    await Task.Delay(Timeout.Infinite, cancellation);
                }

                await reached.Task;
                return House.Ok("1");
            }));
        var run = await house.StartAsync(Items(3));

        Assert.Equal("[1]", (await house.EndAsync(run)).Output.ToString());
        Assert.Equal(
            [null, FailureCode.Cancelled, FailureCode.Cancelled],
            (await ChildrenAsync(run)).Select(child => child.Row.FailureCode).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_workflow_that_runs_itself_for_ever_is_stopped_at_the_bound()
    {
        const string Endless = """
            apiVersion: orleans.agents/v1
            kind: Workflow
            metadata: { name: test }
            spec:
              budget: { depth: 3 }
              start: again
              states:
                again: { workflow: test, next: done }
                done: { end: ok }
            """;
        await using var house = await OpenAsync(Endless, Double());

        var failure = (await house.RunAsync()).Failure!;

        Assert.Equal("budget.depth", failure.Code);
        Assert.Contains("at depth 4 of its tree of runs; its limit is 3", failure.Message, StringComparison.Ordinal);
        Assert.Equal(4, database.InOrder.Count);
    }

    [Fact]
    public async Task A_child_keeps_the_definition_its_parent_was_loaded_with()
    {
        var reached = new TaskCompletionSource();
        RunId run;
        await using (var house = await OpenAsync(Asking, Work(async (call, cancellation) =>
        {
            reached.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
            return House.Ok();
        })))
        {
            run = await house.StartAsync();
            await reached.Task;
        }

        // The store knows both definitions; the new process was told of neither.
        await using var next = await OpenAsync(null, Double());

        Assert.Equal("41", (await next.EndAsync(run)).Output.ToString());
    }

    [Fact]
    public async Task A_name_of_a_child_cannot_be_taken_by_anybody()
    {
        await using var house = await OpenAsync(Asking, Double());

        var refused = await house.Engine.StartRunAsync(new StartRequest("test", Payload.EmptyObject, Run: new RunId("a~1.0")));

        Assert.Equal("run.name_invalid", Assert.IsType<StartResult.Refused>(refused).Failure.Code);
    }

    private static string Items(int count) => $$"""{"items":[{{string.Join(',', Enumerable.Range(1, count))}}]}""";

    private static string Doubled(int count) => $"[{string.Join(',', Enumerable.Range(1, count).Select(n => 2 * n))}]";

    private Task<House> OpenAsync(string? yaml, Tool tool, Action<EngineOptions>? configure = null) =>
        House.OpenAsync(new MemoryStore(database), yaml, null, configure, tool);

    private static Tool Double() => Work(call => House.Ok(
        $"{2 * int.Parse(call.Input.ToString().AsSpan()[5..^1], System.Globalization.CultureInfo.InvariantCulture)}"));

    private static Tool Work(Func<ToolCall, ToolResult> body) => Work((call, _) => Task.FromResult(body(call)));

    private static Tool Work(Func<ToolCall, CancellationToken, Task<ToolResult>> body) => House.Tool("test.work", body);

    private async Task<IReadOnlyList<RunRecord>> ChildrenAsync(RunId parent)
    {
        await using var store = new MemoryStore(database);
        return await store.Runs.ListChildrenAsync(parent, null, 100, default);
    }

    private static async Task<List<RunEvent>> EventsAsync(House house, RunId run) =>
        [.. (await house.Engine.ReadEventsAsync(run)).SelectMany(a => a.Events)];
}
