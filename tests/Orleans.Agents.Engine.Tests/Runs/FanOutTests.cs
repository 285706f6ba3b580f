using System.Collections.Concurrent;
using Orleans.Agents.Failures;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Engine.Tests.Runs;

/// <summary>Branches in an engine: really side by side, really cancelled, and all of them after a restart.</summary>
public sealed class FanOutTests
{
    [Fact]
    public async Task Branches_of_different_kinds_run_side_by_side_each_with_its_input()
    {
        await using var house = await House.OpenAsync(
            new MemoryStore(),
            Flow(
                """
                start: check
                  states:
                    check:
                      parallel:
                        branches:
                          echo: { tool: test.work, input: { n: "${{ input.n }}" } }
                          answer: { agent: helper, input: "${{ input.n }}" }
                      save: { all: "${{ output }}" }
                      next: done
                    done: { end: "${{ context.all }}" }
                ---
                apiVersion: orleans.agents/v1
                kind: Agent
                metadata: { name: helper }
                spec: { model: scripted, prompt: "How many? ${{ input }}" }
                """),
            null,
            null,
            Echo());
        house.Model.Answers("helper", "five");

        Assert.Equal("""{"answer":"five","echo":{"n":5}}""", (await house.RunAsync("""{"n":5}""")).Output.ToString());
    }

    [Fact]
    public async Task No_more_branches_are_made_at_once_than_the_limit_allows()
    {
        var (now, most) = (0, 0);
        var gate = new Lock();
        var work = House.Tool("test.work", async (call, _) =>
        {
            lock (gate)
            {
                most = Math.Max(most, ++now);
            }

            await Task.Yield();
            lock (gate)
            {
                now--;
            }

            return new ToolResult.Succeeded(call.Input);
        });
        await using var house = await House.OpenAsync(new MemoryStore(), Each("limit: 3"), null, null, work);

        var state = await house.RunAsync($"[{string.Join(',', Enumerable.Range(0, 200))}]");

        Assert.Equal($"[{string.Join(',', Enumerable.Range(0, 200))}]", state.Output.ToString());
        Assert.InRange(most, 1, 3);
    }

    [Fact]
    public async Task Losers_are_cancelled_and_the_run_does_not_wait_for_them()
    {
        var cancelled = new TaskCompletionSource();
        var work = House.Tool("test.work", async (call, cancellation) =>
        {
            if (call.Input == Payload.Parse("2"))
            {
                return House.Ok("\"won\"");
            }

            try
            {
                await Task.Delay(Timeout.Infinite, cancellation);
            }
            finally
            {
                cancelled.TrySetResult();
            }

            return House.Ok();
        });
        await using var house = await House.OpenAsync(new MemoryStore(), Each("settle: any"), null, null, work);

        Assert.Equal("[\"won\"]", (await house.RunAsync("[1,2]")).Output.ToString());
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_timeout_on_the_whole_ends_what_is_under_way()
    {
        var work = House.Tool("test.work", async (_, cancellation) =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return House.Ok();
        });
        await using var house = await House.OpenAsync(
            new MemoryStore(), Each("limit: 2").Replace("next: done", "timeout: 50ms, next: done", StringComparison.Ordinal), null, null, work);

        Assert.Equal(FailureCode.BranchesTimeout, (await house.RunAsync("[1,2,3]")).Failure!.Code);
    }

    [Fact]
    public async Task Branches_are_tried_again_one_by_one()
    {
        var attempts = new ConcurrentDictionary<int, int>();
        var work = House.Tool("test.work", (call, _) =>
        {
            attempts[call.Activity.Branch] = call.Attempt;
            return Task.FromResult(call.Attempt <= call.Activity.Branch ? House.Busy() : new ToolResult.Succeeded(call.Input));
        });
        await using var house = await House.OpenAsync(
            new MemoryStore(),
            Each("limit: 3").Replace("do: {", "do: { retry: { attempts: 3, backoff: 1ms },", StringComparison.Ordinal),
            null,
            null,
            work);

        Assert.Equal("[7,8,9]", (await house.RunAsync("[7,8,9]")).Output.ToString());
        Assert.Equal([1, 2, 3], attempts.OrderBy(a => a.Key).Select(a => a.Value));
    }

    [Fact]
    public async Task A_thousand_branches_go_on_in_the_next_process_and_repeat_nothing_recorded()
    {
        const int count = 1_000;
        var database = new MemoryDatabase();
        var made = new ConcurrentDictionary<int, int>();
        var reached = new TaskCompletionSource();
        RunId run;
        await using (var house = await House.OpenAsync(new MemoryStore(database), Each("limit: 64"), null, null, Counted(stopAt: 900)))
        {
            run = await house.StartAsync($"[{string.Join(',', Enumerable.Range(0, count))}]");
            await reached.Task;
        }

        var recorded = new HashSet<int>();
        await using var next = await House.OpenAsync(
            new MemoryStore(database), null, null, o => o.CarriesAllRuns = false, Counted(stopAt: int.MaxValue));
        foreach (var append in await next.Engine.ReadEventsAsync(run, limit: 10_000))
        {
            recorded.UnionWith(append.Events.OfType<RunEvent.ActivitySucceeded>().Select(e => e.Branch));
        }

        var before = made.ToDictionary();
        await next.Engine.ResumeAsync(run);
        var state = await next.EndAsync(run);

        Assert.Equal($"[{string.Join(',', Enumerable.Range(0, count))}]", state.Output.ToString());
        Assert.InRange(recorded.Count, 1, count - 1);
        Assert.All(recorded, branch => Assert.Equal(before[branch], made[branch]));

        Tool Counted(int stopAt) => House.Tool("test.work", async (call, cancellation) =>
        {
            if (call.Activity.Branch >= stopAt)
            {
                reached.TrySetResult();
                await Task.Delay(Timeout.Infinite, cancellation);
            }

            made.AddOrUpdate(call.Activity.Branch, 1, (_, n) => n + 1);
            return new ToolResult.Succeeded(call.Input);
        });
    }

    [Fact]
    public async Task A_tool_of_effect_once_that_loses_is_recorded_when_it_comes_back()
    {
        var (intended, gone) = (new TaskCompletionSource(), new TaskCompletionSource());
        var pay = House.Tool("test.pay", async (_, _) =>
        {
            await gone.Task;
            return House.Ok("\"paid\"");
        }) with
        { Effect = ToolEffect.Once };
        await using var house = await House.OpenAsync(
            new MemoryStore(),
            Flow("""
                start: race
                  states:
                    race:
                      parallel:
                        settle: any
                        branches:
                          pay: { tool: test.pay }
                          work: { tool: test.held, input: 1 }
                      next: done
                    done: { end: over }
                """),
            null,
            null,
            pay,
            House.Tool("test.held", async (_, cancellation) =>
            {
                await intended.Task.WaitAsync(cancellation);
                return House.Ok("1");
            }));
        house.Engine.Follow((_, append) =>
        {
            if (append.Events.Any(e => e is RunEvent.ActivityIntended))
            {
                intended.TrySetResult();
            }

            if (append.Events.Any(e => e is RunEvent.Closing))
            {
                gone.TrySetResult();
            }
        });
        var run = await house.StartAsync();

        var state = await house.EndAsync(run);

        Assert.Equal("\"over\"", state.Output.ToString());
        var late = (await house.Engine.ReadEventsAsync(run)).SelectMany(a => a.Events).OfType<RunEvent.LateResult>().Single();
        Assert.Equal("\"paid\"", late.Output!.Value.ToString());
    }

    private static Tool Echo() =>
        House.Tool("test.work", (call, _) => Task.FromResult<ToolResult>(new ToolResult.Succeeded(call.Input)));

    private static string Each(string rule) => Flow($$$"""
        start: work
          budget: { activities: 100000 }
          states:
            work: { foreach: { in: "${{ input }}", as: n, {{{rule}}} }, do: { tool: test.work, input: "${{ n }}" }, save: { all: "${{ output }}" }, next: done }
            done: { end: "${{ context.all }}" }
        """);

    private static string Flow(string spec) =>
        $"apiVersion: orleans.agents/v1\nkind: Workflow\nmetadata: {{ name: test }}\nspec:\n  {spec}";
}
