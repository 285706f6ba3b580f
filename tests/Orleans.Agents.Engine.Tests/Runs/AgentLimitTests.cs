using System.Collections.Concurrent;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Testing;

namespace Orleans.Agents.Engine.Tests.Runs;

/// <summary>How many calls of one agent are under way at once.</summary>
public sealed class AgentLimitTests
{
    private const string Asking = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: each
          states:
            each:
              foreach: { in: "${{ input }}", as: item }
              do: { agent: thinker, input: "${{ item }}" }
              save: { all: "${{ output }}" }
              next: done
            done: { end: "${{ context.all }}" }
        ---
        apiVersion: orleans.agents/v1
        kind: Agent
        metadata: { name: thinker }
        spec: { model: scripted, prompt: "${{ input }}" }
        """;

    private static readonly string Rated = Asking
        .Replace("prompt:", "limits: { rate: { calls: 2, per: 1m } }, prompt:", StringComparison.Ordinal);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task No_more_are_under_way_than_the_process_allows(int most)
    {
        var (now, seen) = (0, 0);
        await using var house = await House.OpenAsync(
            new MemoryStore(), Asking, null, engine => engine.MaxCallsPerAgent = most);
        for (var i = 0; i < 20; i++)
        {
            house.Model.Answers("thinker", _ =>
            {
                var present = Interlocked.Increment(ref now);
                InterlockedMax(ref seen, present);
                Thread.SpinWait(10_000); // long enough for others to come in, if they might
                Interlocked.Decrement(ref now);
                return "yes";
            });
        }

        var state = await house.RunAsync($"[{string.Join(',', Enumerable.Range(0, 20))}]");

        Assert.Equal(RunStatus.Succeeded, state.Status);
        Assert.InRange(seen, 1, most);
    }

    [Fact]
    public async Task Whoever_is_cancelled_while_it_waits_holds_nobody_up()
    {
        var (reached, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var house = await House.OpenAsync(
            new MemoryStore(), Asking, null, engine => engine.MaxCallsPerAgent = 1);
        house.Model.Answers("thinker", _ =>
        {
            reached.TrySetResult();
            go.Task.Wait();
            return "first";
        }).Answers("thinker", "last");
        var first = await house.StartAsync("[1]");
        await reached.Task;
        var waiting = await house.StartAsync("[2]");

        await house.Engine.CancelAsync(waiting);
        Assert.Equal("run.cancelled", (await house.EndAsync(waiting)).Failure!.Code);
        var last = await house.StartAsync("[3]");
        go.SetResult();

        Assert.Equal("""["first"]""", (await house.EndAsync(first)).Output.ToString());
        Assert.Equal("""["last"]""", (await house.EndAsync(last)).Output.ToString());
    }

    [Fact]
    public async Task No_more_begin_within_any_time_than_the_rate_allows_and_the_others_wait_without_failing()
    {
        var clock = new ManualClock();
        await using var house = await House.OpenAsync(new MemoryStore(), Rated, clock);
        var begun = new SemaphoreSlim(0);
        var at = new ConcurrentQueue<int>();
        var start = clock.GetUtcNow();
        for (var i = 0; i < 10; i++)
        {
            house.Model.Answers("thinker", _ =>
            {
                at.Enqueue((int)(clock.GetUtcNow() - start).TotalSeconds);
                begun.Release();
                return "yes";
            });
        }

        // Two runs take turns at one agent.
        var runs = new[] { await house.StartAsync("[1,2,3,4,5]"), await house.StartAsync("[1,2,3,4,5]") };
        for (var minute = 0; minute < 5; minute++)
        {
            await Begun(2);
            clock.Advance(TimeSpan.FromSeconds(59));
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        foreach (var run in runs)
        {
            var state = await house.EndAsync(run);
            Assert.Equal((RunStatus.Succeeded, 5), (state.Status, state.ActivitiesUsed));
        }

        Assert.Equal([0, 0, 60, 60, 120, 120, 180, 180, 240, 240], at);

        async Task Begun(int calls)
        {
            for (var i = 0; i < calls; i++)
            {
                Assert.True(await begun.WaitAsync(TimeSpan.FromSeconds(30)), $"only {at.Count} calls have begun");
            }
        }
    }

    [Fact]
    public async Task Whoever_is_cancelled_while_it_waits_for_the_rate_uses_none_of_it()
    {
        var clock = new ManualClock();
        await using var house = await House.OpenAsync(
            new MemoryStore(), Rated, clock, engine => engine.KeeperInterval = TimeSpan.FromDays(1));
        house.Model.Answers("thinker", "1").Answers("thinker", "2").Answers("thinker", "3").Answers("thinker", "4");
        Assert.Equal(RunStatus.Succeeded, (await house.RunAsync("[1,2]")).Status);
        var unwanted = await house.StartAsync("[3]");
        await UntilDueAsync(clock, due => due == TimeSpan.FromMinutes(1)); // it waits for the rate

        await house.Engine.CancelAsync(unwanted);
        Assert.Equal("run.cancelled", (await house.EndAsync(unwanted)).Failure!.Code);
        await UntilDueAsync(clock, due => due is null || due > TimeSpan.FromHours(2)); // its attempt has no time any more
        clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(RunStatus.Succeeded, (await house.RunAsync("[6,7]")).Status);
        Assert.Equal(4, house.Model.Asked.Count);
    }

    [Fact]
    public async Task Who_waits_longer_than_its_attempt_is_given_has_run_out_of_time()
    {
        var clock = new ManualClock();
        var impatient = Rated.Replace(
            "input: \"${{ item }}\"", "input: \"${{ item }}\", timeout: 25s, retry: { attempts: 1 }", StringComparison.Ordinal);
        await using var house = await House.OpenAsync(
            new MemoryStore(), impatient, clock, engine => engine.KeeperInterval = TimeSpan.FromDays(1));
        house.Model.Answers("thinker", "1").Answers("thinker", "2");
        Assert.Equal(RunStatus.Succeeded, (await house.RunAsync("[1,2]")).Status);
        var late = await house.StartAsync("[3]");
        await UntilDueAsync(clock, due => due == TimeSpan.FromSeconds(25)); // its attempt has begun

        clock.Advance(TimeSpan.FromSeconds(26));

        Assert.Equal("activity.timeout", (await house.EndAsync(late)).Failure!.Code);
    }

    private static async Task UntilDueAsync(ManualClock clock, Func<TimeSpan?, bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!holds(clock.NextDue() - clock.GetUtcNow()))
        {
            await Task.Delay(5, patience.Token);
        }
    }

    private static void InterlockedMax(ref int target, int value)
    {
        var known = Volatile.Read(ref target);
        while (known < value && Interlocked.CompareExchange(ref target, value, known) is var found && found != known)
        {
            known = found;
        }
    }
}
