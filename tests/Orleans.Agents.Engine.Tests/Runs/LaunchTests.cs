using Orleans.Agents.Failures;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;

namespace Orleans.Agents.Engine.Tests.Runs;

/// <summary>
/// Runs that are launched: exactly one for each launch, whatever goes down before, during and after the append with which
/// it begins.
/// </summary>
public sealed class LaunchTests
{
    private const string Announcing = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          budget: { launches: 1 }
          start: work
          states:
            work: { tool: test.work, input: before, next: notify }
            notify: { launch: { workflow: announce, input: { title: hello } }, save: { launched: "${{ output.run }}" }, next: after }
            after: { tool: test.work, input: after, next: done }
            done: { end: "${{ context.launched }}" }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: announce }
        spec:
          start: work
          states:
            work: { tool: test.work, input: "${{ input.title }}", next: done }
            done: { end: announced }
        """;

    private readonly MemoryDatabase database = new();

    [Fact]
    public async Task What_is_launched_goes_its_own_way()
    {
        await using var house = await House.OpenAsync(new MemoryStore(database), Announcing, null, null, Work((_, _) => Task.CompletedTask));

        var state = await house.RunAsync();

        var launched = new RunId($"{state.Origin!.Run}~2.0");
        Assert.Equal($"\"{launched}\"", state.Output.ToString());
        Assert.Equal("\"announced\"", (await house.EndAsync(launched)).Output.ToString());
        Assert.Equal(2, database.InOrder.Count);
    }

    [Fact]
    public async Task A_launch_survives_the_cancellation_and_the_process_of_its_parent()
    {
        var reached = new TaskCompletionSource();
        RunId run;
        await using (var house = await House.OpenAsync(new MemoryStore(database), Announcing, null, null, Work(async (input, cancellation) =>
        {
            if (input == "\"after\"")
            {
                reached.TrySetResult();
            }

            if (input is not "\"before\"")
            {
                await Task.Delay(Timeout.Infinite, cancellation);
            }
        })))
        {
            run = await house.StartAsync();
            await reached.Task;
            await house.Engine.CancelAsync(run);
            Assert.Equal(FailureCode.Cancelled, (await house.EndAsync(run)).Failure!.Code);
        }

        await using var next = await House.OpenAsync(new MemoryStore(database), null, null, null, Work((_, _) => Task.CompletedTask));

        Assert.Equal("\"announced\"", (await next.EndAsync(new RunId($"{run}~2.0"))).Output.ToString());
    }

    [Theory]
    [InlineData("before")]
    [InlineData("lost on the way back")]
    [InlineData("after")]
    public async Task A_process_that_dies_around_the_launch_leaves_exactly_one_run(string moment)
    {
        var died = new TaskCompletionSource();
        var inner = new MemoryStore(database);
        var store = new HookedStore(inner);
        store.Appending = async append =>
        {
            var launches = !append.Children.IsEmpty;
            if (launches && moment == "lost on the way back")
            {
                await inner.Journal.AppendAsync(append, default); // stored, and its sender never hears of it
            }

            if (launches ? moment != "after" : died.Task.IsCompleted || (moment == "after" && append.Run.IsOfChild))
            {
                died.TrySetResult();
                throw HookedStore.Failure(isTransient: true);
            }
        };
        RunId run;
        await using (var house = await House.OpenAsync(store, Announcing, null, null, Work((_, _) => Task.CompletedTask)))
        {
            run = await house.StartAsync();
            await died.Task;
        }

        await using var next = await House.OpenAsync(new MemoryStore(database), null, null, null, Work((_, _) => Task.CompletedTask));

        Assert.Equal($"\"{run}~2.0\"", (await next.EndAsync(run)).Output.ToString());
        Assert.Equal("\"announced\"", (await next.EndAsync(new RunId($"{run}~2.0"))).Output.ToString());
        Assert.Equal(2, database.InOrder.Count);
        Assert.Single(
            (await next.Engine.ReadEventsAsync(run)).SelectMany(append => append.Events).OfType<RunEvent.RunLaunched>());
    }

    private static Tool Work(Func<string, CancellationToken, Task> body) => House.Tool("test.work", async (call, cancellation) =>
    {
        await body(call.Input.ToString(), cancellation);
        return House.Ok();
    });
}
