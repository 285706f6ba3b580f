using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Engine.Tests.Runs;

/// <summary>A run is asked by whoever likes to stand still, and to go on.</summary>
public sealed class SuspendTests : IDisposable
{
    private const string Two = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: first
          states:
            first: { tool: test.held, input: 1, timeout: 1h, next: second }
            second: { tool: test.held, input: 2, timeout: 1h, save: { b: "${{ output }}" }, next: done }
            done: { end: "${{ context.b }}" }
        """;

    private const string Resting = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: rest
          states:
            rest: { wait: { duration: 1s }, next: approve }
            approve: { wait: { signal: approval }, save: { a: "${{ output }}" }, next: done }
            done: { end: "${{ context.a }}" }
        """;

    private const string Family = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: ask
          states:
            ask: { parallel: { branches: { a: { workflow: work, input: 1 }, b: { workflow: work, input: 2 } } }, save: { all: "${{ output }}" }, next: done }
            done: { end: "${{ context.all }}" }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: work }
        spec:
          start: first
          states:
            first: { tool: test.held, input: "${{ input }}", timeout: 1h, next: second }
            second: { tool: test.held, input: "${{ input + 10 }}", timeout: 1h, save: { b: "${{ output }}" }, next: done }
            done: { end: "${{ context.b }}" }
        """;

    private readonly MemoryDatabase database = new();
    private readonly SemaphoreSlim came = new(0);
    private readonly SemaphoreSlim goOn = new(0);
    private int calls;

    [Fact]
    public async Task What_is_under_way_is_done_its_result_is_recorded_and_the_run_is_put_down()
    {
        await using var house = await OpenAsync(Two, o => o.KeeperInterval = TimeSpan.FromHours(1));
        var run = await house.StartAsync();
        await came.WaitAsync();

        Assert.Equal(new Posted.Stored(), await house.Engine.SuspendAsync(run, "wait"));
        var state = await House.UntilAsync(house, run, s => s.Suspension is not null);
        Assert.Equal(("wait", "first"), (state.Suspension!.Reason, state.State));
        Assert.Equal(RunStatus.Suspended, (await house.Engine.LookUpAsync(run))!.Row.Status);
        goOn.Release();
        await House.UntilPutDownAsync(house, run);

        Assert.Equal("second", (await house.Engine.FindAsync(run))!.State.State);
        Assert.Equal(1, calls);
        Assert.True(await house.Engine.ResumeAsync(run));
        await came.WaitAsync();
        goOn.Release();
        Assert.Equal("2", (await house.EndAsync(run)).Output.ToString());
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task A_suspended_run_stays_so_over_the_death_of_its_process_and_begins_nothing_again()
    {
        RunId run;
        await using (var house = await OpenAsync(Two))
        {
            run = await house.StartAsync();
            await came.WaitAsync();
            await house.Engine.SuspendAsync(run);
            await House.UntilAsync(house, run, s => s.Suspension is not null);
        }

        await using var next = await OpenAsync(Two);
        await House.UntilPutDownAsync(next, run);

        Assert.NotNull((await next.Engine.FindAsync(run))!.State.Suspension);
        Assert.Equal(1, calls);
        goOn.Release(2);
        await next.Engine.ResumeAsync(run);
        Assert.Equal("2", (await next.EndAsync(run)).Output.ToString());
        Assert.Equal(3, calls); // the first call died with its process
    }

    [Fact]
    public async Task A_run_that_nobody_carries_does_not_begin_its_work_again_before_it_is_suspended()
    {
        RunId run;
        await using (var house = await OpenAsync(Two))
        {
            run = await house.StartAsync();
            await came.WaitAsync();
        }

        await using var modest = await OpenAsync(Two, o => o.CarriesAllRuns = false);
        await modest.Engine.SuspendAsync(run);
        await modest.Engine.CarryOnAsync(run);
        await House.UntilPutDownAsync(modest, run);

        Assert.Equal(1, calls);
        Assert.Contains(
            await modest.Engine.ReadEventsAsync(run),
            append => append.Events is [RunEvent.TakenOver, RunEvent.Suspended { Held: { Length: 1 } }]);
    }

    [Fact]
    public async Task A_run_that_another_process_carries_stands_still_and_goes_on_when_that_process_looks()
    {
        await using var carrier = await OpenAsync(Two);
        await using var other = await OpenAsync(Two, o => o.CarriesAllRuns = false);
        var run = await carrier.StartAsync();
        await came.WaitAsync();

        await other.Engine.SuspendAsync(run);
        await House.UntilAsync(other, run, s => s.Suspension is not null);
        Assert.False(await other.Engine.ResumeAsync(run));
        goOn.Release(2);

        Assert.Equal(RunStatus.Succeeded, (await other.EndAsync(run)).Status);
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task A_moment_that_passes_meanwhile_comes_and_a_signal_is_taken_when_the_run_goes_on()
    {
        await using var house = await OpenAsync(Resting);
        var run = await house.StartAsync();
        await house.Engine.SuspendAsync(run);
        var suspended = await House.UntilAsync(house, run, s => s.Suspension is not null);
        Assert.IsType<SignalResult.Sent>(await house.Engine.SignalAsync(run, "approval", Payload.Parse("7")));
        await House.UntilAsync(house, run, s => s.Signals is not null);
        Assert.Equal("rest", (await house.Engine.FindAsync(run))!.State.State);
        Assert.Null((await house.Engine.LookUpAsync(run))!.Row.WakeAt);

        await house.Engine.ResumeAsync(run);
        var end = await house.EndAsync(run);

        Assert.Equal("7", end.Output.ToString());
        Assert.True(end.Now >= suspended.WakeAt);
    }

    [Fact]
    public async Task Child_runs_are_suspended_and_resumed_along()
    {
        await using var house = await OpenAsync(Family);
        var run = await house.StartAsync();
        RunId[] family = [run, new($"{run}~1.0"), new($"{run}~1.1")];
        await came.WaitAsync();
        await came.WaitAsync();
        await house.Engine.SuspendAsync(family[2], "this one for itself");
        await House.UntilAsync(house, family[2], s => s.Suspension is not null);

        await house.Engine.SuspendAsync(run, "wait");
        Assert.Null((await House.UntilAsync(house, run, s => s.Suspension is not null)).Suspension!.IsByParent);
        var along = await House.UntilAsync(house, family[1], s => s.Suspension is not null);
        Assert.Equal($"Run {run} is suspended: wait", along.Suspension!.Reason);
        goOn.Release(2);
        foreach (var member in family)
        {
            await House.UntilPutDownAsync(house, member);
        }

        Assert.Equal(2, calls);
        goOn.Release(2);
        await house.Engine.ResumeAsync(run);
        await House.UntilAsync(house, family[1], s => s.IsOver);
        Assert.Equal("this one for itself", (await house.Engine.FindAsync(family[2]))!.State.Suspension!.Reason);
        await house.Engine.ResumeAsync(family[2]);

        Assert.Equal("""{"a":11,"b":12}""", (await house.EndAsync(run)).Output.ToString());
        Assert.Equal(4, calls);
    }

    [Fact]
    public async Task A_suspended_run_can_be_cancelled_and_its_children_end()
    {
        await using var house = await OpenAsync(Family);
        var run = await house.StartAsync();
        await came.WaitAsync();
        await came.WaitAsync();
        await house.Engine.SuspendAsync(run);
        await House.UntilAsync(house, new RunId($"{run}~1.1"), s => s.Suspension is not null);

        await house.Engine.CancelAsync(run);

        Assert.Equal("run.cancelled", (await house.EndAsync(run)).Failure!.Code);
        Assert.True((await house.Engine.FindAsync(new RunId($"{run}~1.0")))!.State.IsOver);
    }

    [Fact]
    public async Task It_is_told_whether_there_is_anything_to_suspend()
    {
        await using var house = await OpenAsync(Resting);
        var run = await house.StartAsync();

        Assert.Equal(new Posted.Stored(), await house.Engine.SuspendAsync(run, null, "request-7"));
        Assert.Equal(new Posted.Repeated(), await house.Engine.SuspendAsync(run, null, "request-7"));
        Assert.Equal(new Posted.NoSuchRun(), await house.Engine.SuspendAsync(new RunId("nobody")));
        Assert.False(await house.Engine.ResumeAsync(new RunId("nobody")));
        await house.Engine.CancelAsync(run);
        await house.EndAsync(run);
        Assert.Equal(new Posted.RunIsOver(), await house.Engine.SuspendAsync(run));
    }

    [Fact]
    public async Task Suspended_runs_are_listed_by_that()
    {
        await using var house = await OpenAsync(Resting);
        var run = await house.StartAsync();
        var other = await house.StartAsync();
        await house.Engine.SuspendAsync(run);
        await House.UntilAsync(house, run, s => s.Suspension is not null);

        Assert.Equal([run], (await house.Engine.ListAsync(new RunQuery(Status: RunStatus.Suspended))).Select(r => r.Id));
        Assert.Equal([other], (await house.Engine.ListAsync(new RunQuery(Status: RunStatus.Running))).Select(r => r.Id));
    }

    public void Dispose()
    {
        came.Dispose();
        goOn.Dispose();
    }

    private Task<House> OpenAsync(string yaml, Action<EngineOptions>? configure = null) =>
        House.OpenAsync(new MemoryStore(database), yaml, null, configure, House.Tool("test.held", async (call, cancellation) =>
        {
            Interlocked.Increment(ref calls);
            came.Release();
            await goOn.WaitAsync(cancellation);
            return new ToolResult.Succeeded(call.Input);
        }));
}
