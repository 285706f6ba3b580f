using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;

namespace Orleans.Agents.Engine.Tests.Runs;

/// <summary>A run is asked to stop by whoever likes, and stops wherever it is.</summary>
public sealed class CancelTests
{
    private const string Held = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: held
          states:
            held: { tool: test.held, timeout: 1h, catch: [ { on: ["*"], to: done } ], next: done }
            done: { end: ok }
        """;

    private const string Resting = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: rest
          states:
            rest: { wait: { duration: 2h }, next: done }
            done: { end: rested }
        """;

    private readonly MemoryDatabase database = new();
    private readonly TaskCompletionSource reached = new();
    private readonly TaskCompletionSource stopped = new();
    private int calls;

    [Fact]
    public async Task A_run_carried_here_is_told_at_once_and_its_work_is_stopped()
    {
        await using var house = await OpenAsync(o => o.KeeperInterval = TimeSpan.FromHours(1));
        var run = await house.StartAsync();
        await reached.Task;

        Assert.Equal(new Posted.Stored(), await house.Engine.CancelAsync(run, "no longer needed"));

        AssertCancelled(await house.EndAsync(run), "no longer needed");
        await stopped.Task;
    }

    [Fact]
    public async Task A_run_that_another_process_carries_is_told_when_that_process_looks()
    {
        await using var carrier = await OpenAsync();
        await using var other = await House.OpenAsync(new MemoryStore(database));
        var run = await carrier.StartAsync();
        await reached.Task;

        Assert.Equal(new Posted.Stored(), await other.Engine.CancelAsync(run));

        AssertCancelled(await other.EndAsync(run), "The run was cancelled.");
        Assert.DoesNotContain(
            await other.Engine.ReadEventsAsync(run), append => append.Events.Any(e => e is RunEvent.TakenOver));
        await stopped.Task;
    }

    [Fact]
    public async Task A_run_that_waits_and_that_nobody_carries_is_woken_to_be_told()
    {
        await using var house = await House.OpenAsync(new MemoryStore(database), Resting);
        var run = await house.StartAsync();
        Assert.False((await house.Engine.FindAsync(run))!.IsCarried);

        await house.Engine.CancelAsync(run);

        AssertCancelled(await house.EndAsync(run), "The run was cancelled.");
    }

    [Fact]
    public async Task A_run_whose_process_is_gone_does_not_begin_its_work_again_before_it_is_cancelled()
    {
        RunId run;
        await using (var house = await OpenAsync())
        {
            run = await house.StartAsync();
            await reached.Task;
        }

        await using var modest = await OpenAsync(o => o.CarriesAllRuns = false);
        await modest.Engine.CancelAsync(run);
        Assert.False((await modest.Engine.FindAsync(run))!.State.IsOver);
        await modest.Engine.ResumeAsync(run);

        AssertCancelled(await modest.EndAsync(run), "The run was cancelled.");
        Assert.Equal(1, calls);
        Assert.Contains(
            await modest.Engine.ReadEventsAsync(run), a => a.Events is [RunEvent.TakenOver, RunEvent.Failed]);
    }

    [Fact]
    public async Task A_run_that_is_resumed_while_it_is_put_down_is_carried_on()
    {
        await using var house = await House.OpenAsync(new MemoryStore(database), Resting, null, o => o.CarriesAllRuns = false);
        using var goOn = new ManualResetEventSlim();
        var isStored = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        house.Engine.Follow((_, _) =>
        {
            if (isStored.TrySetResult())
            {
                goOn.Wait(TimeSpan.FromSeconds(30));
            }
        });
        var run = new RunId("resting");
        var start = Task.Run(() => house.StartAsync(run: run));
        await isStored.Task;
        await house.Engine.CancelAsync(run);

        var resumed = house.Engine.ResumeAsync(run);
        goOn.Set();

        Assert.True(await resumed);
        await start;
        AssertCancelled(await house.EndAsync(run), "The run was cancelled.");
    }

    [Fact]
    public async Task The_same_request_made_again_is_the_same_request()
    {
        await using var house = await House.OpenAsync(new MemoryStore(database), Resting, null, o => o.CarriesAllRuns = false);
        var run = await house.StartAsync();

        Assert.Equal(new Posted.Stored(), await house.Engine.CancelAsync(run, "first", "request-7"));
        Assert.Equal(new Posted.Repeated(), await house.Engine.CancelAsync(run, "second", "request-7"));
        await house.Engine.ResumeAsync(run);

        AssertCancelled(await house.EndAsync(run), "first");
        Assert.Equal(new Posted.Repeated(), await house.Engine.CancelAsync(run, "third", "request-7"));
        Assert.Equal(new Posted.RunIsOver(), await house.Engine.CancelAsync(run, "fourth", "request-8"));
        Assert.Equal(new Posted.NoSuchRun(), await house.Engine.CancelAsync(new RunId("nobody")));
    }

    [Fact]
    public async Task A_note_from_a_newer_program_is_left_for_one_and_keeps_nobody_from_other_runs()
    {
        await using var house = await House.OpenAsync(new MemoryStore(database), Resting);
        var (puzzled, other) = (await house.StartAsync(), await house.StartAsync());
        await using var newer = new MemoryStore(database);
        var note = new InboxNote(puzzled, "n", DateTimeOffset.UnixEpoch, """{"type":"teleport"}"""u8.ToArray());
        Assert.Equal(new Posted.Stored(), await newer.Inbox.PostAsync(note, default));

        // Each of these is found by the keeper after the note was, and is over after the keeper has looked again.
        for (var round = 0; round < 3; round++)
        {
            await house.Engine.CancelAsync(other);
            AssertCancelled(await house.EndAsync(other), "The run was cancelled.");
            other = await house.StartAsync();
        }

        var appends = (await house.Engine.ReadEventsAsync(puzzled)).Length;
        await house.Engine.CancelAsync(other);
        await house.EndAsync(other);
        Assert.Equal(appends, (await house.Engine.ReadEventsAsync(puzzled)).Length);
        Assert.Single(await newer.Inbox.ReadAsync(puzzled, default));
    }

    private static void AssertCancelled(RunState state, string reason)
    {
        Assert.Equal((RunStatus.Failed, "run.cancelled"), (state.Status, state.Failure?.Code));
        Assert.Contains(reason, state.Failure!.Message, StringComparison.Ordinal);
    }

    private Task<House> OpenAsync(Action<EngineOptions>? configure = null) =>
        House.OpenAsync(new MemoryStore(database), Held, null, configure, Stuck());

    private Tool Stuck() => House.Tool("test.held", async (_, cancellation) =>
    {
        Interlocked.Increment(ref calls);
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
    });
}
