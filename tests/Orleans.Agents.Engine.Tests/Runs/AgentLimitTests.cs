using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

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

    private static void InterlockedMax(ref int target, int value)
    {
        var known = Volatile.Read(ref target);
        while (known < value && Interlocked.CompareExchange(ref target, value, known) is var found && found != known)
        {
            known = found;
        }
    }
}
