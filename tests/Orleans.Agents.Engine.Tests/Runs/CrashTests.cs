using Orleans.Agents.Failures;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Engine.Tests.Runs;

/// <summary>Engines that end without a word while they do a run's work, and those that are stopped.</summary>
public sealed class CrashTests
{
    private const string Deadly = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: both
          states:
            both:
              parallel:
                branches:
                  deadly: { tool: test.deadly, timeout: 1h }
                  child: { workflow: patient, input: {} }
              next: done
            done: { end: fine }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: patient }
        spec:
          start: rest
          states:
            rest: { wait: { signal: go }, next: done }
            done: { end: rested }
        """;

    private readonly MemoryDatabase database = new();
    private int calls;

    [Fact]
    public async Task A_run_whose_tool_ends_its_process_is_suspended_after_five_and_spares_the_sixth()
    {
        var run = new RunId("deadly");
        for (var process = 1; process <= 5; process++)
        {
            await LiveAsync(run, crashes: true);
        }

        await using var sixth = await OpenAsync(new MemoryStore(database));
        var state = await House.UntilAsync(sixth, run, seen => seen.Suspension is not null);
        await House.UntilPutDownAsync(sixth, run);
        var child = (await House.UntilAsync(sixth, new RunId("deadly~1.0"), seen => seen.Suspension is not null)).Suspension!;

        Assert.Equal(5, calls);
        Assert.Equal((FailureCode.CrashLoop, null), (state.Suspension!.Code, state.Suspension.IsByParent));
        Assert.Equal((null, true), (child.Code, child.IsByParent));
        Assert.Equal(
            [.. Enumerable.Repeat(true, 5)],
            (await EventsAsync(sixth, run)).OfType<RunEvent.TakenOver>().Select(taken => taken.AfterCrash is true));
    }

    [Fact]
    public async Task It_goes_on_when_somebody_resumes_it()
    {
        var run = new RunId("deadly");
        for (var process = 1; process <= 5; process++)
        {
            await LiveAsync(run, crashes: true);
        }

        await using var mended = await OpenAsync(new MemoryStore(database), isMended: true);
        await House.UntilAsync(mended, run, seen => seen.Suspension is not null);
        await mended.Engine.ResumeAsync(run);
        await mended.Engine.SignalAsync(new RunId("deadly~1.0"), "go", default);

        var end = await mended.EndAsync(run);
        Assert.Equal((RunStatus.Succeeded, null), (end.Status, end.Crashes));
        Assert.Equal(6, calls);
    }

    [Fact]
    public async Task A_crash_counts_also_when_the_answer_to_the_first_claim_is_lost()
    {
        var run = new RunId("deadly");
        await LiveAsync(run, crashes: true);
        var claims = 0;
        var store = new HookedStore(new MemoryStore(database))
        {
            Claimed = claimed => claimed == run && Interlocked.Increment(ref claims) == 1
                ? Task.FromException(HookedStore.Failure(isTransient: true))
                : Task.CompletedTask,
        };

        await using var next = await OpenAsync(store);
        await House.UntilAsync(next, run, seen => seen.Crashes == 1);

        Assert.Equal(2, claims);
    }

    [Fact]
    public async Task A_crash_counts_also_when_a_start_of_the_same_name_is_under_way()
    {
        var run = new RunId("deadly");
        await LiveAsync(run, crashes: true);
        var isRead = new TaskCompletionSource();
        var isStarting = new TaskCompletionSource();
        var isClaimed = new TaskCompletionSource();
        var store = new HookedStore(new MemoryStore(database))
        {
            HasRead = read =>
            {
                if (read != run)
                {
                    return Task.CompletedTask;
                }

                isRead.TrySetResult();
                return isStarting.Task;
            },
            Appending = async append =>
            {
                if (append.Birth is not null && append.Run == run)
                {
                    isStarting.TrySetResult();
                    await isClaimed.Task;
                }
            },
            Claimed = claimed =>
            {
                if (claimed == run)
                {
                    isClaimed.TrySetResult();
                }

                return Task.CompletedTask;
            },
        };

        await using var next = await OpenAsync(store);
        await isRead.Task.WaitAsync(TimeSpan.FromSeconds(30)); // from here on it is too late for the start to keep others away
        await next.StartAsync(run: run).WaitAsync(TimeSpan.FromSeconds(30));
        await House.UntilAsync(next, run, seen => seen.Crashes == 1);
    }

    [Fact]
    public async Task Ten_restarts_suspend_nothing()
    {
        var run = new RunId("deadly");
        for (var restart = 1; restart <= 10; restart++)
        {
            await LiveAsync(run, crashes: false);
        }

        await using var last = await OpenAsync(new MemoryStore(database), isMended: true);
        await last.Engine.SignalAsync(new RunId("deadly~1.0"), "go", default);

        Assert.Equal(RunStatus.Succeeded, (await last.EndAsync(run)).Status);
        var facts = await EventsAsync(last, run);
        Assert.DoesNotContain(facts, fact => fact is RunEvent.Suspended or RunEvent.TakenOver { AfterCrash: not null });
        Assert.Equal(10, facts.OfType<RunEvent.TakenOver>().Count());
    }

    // One process: it begins the attempt that is asked for, and comes to its end in the middle of it.
    private async Task LiveAsync(RunId run, bool crashes)
    {
        var store = new MemoryStore(database);
        var reached = new TaskCompletionSource();
        var house = await OpenAsync(store, reached: reached);
        await house.StartAsync(run: run);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await House.UntilAsync(house, run, seen => seen.AwaitedChildren is not null); // that it begins is progress
        if (crashes)
        {
            await store.DisposeAsync(); // nothing that it does from now on reaches the database
            await Assert.ThrowsAsync<ObjectDisposedException>(async () => await house.DisposeAsync());
        }
        else
        {
            await house.DisposeAsync();
        }
    }

    private Task<House> OpenAsync(IStore store, bool isMended = false, TaskCompletionSource? reached = null) =>
        House.OpenAsync(store, Deadly, null, null, House.Tool("test.deadly", async (_, cancellation) =>
        {
            Interlocked.Increment(ref calls);
            reached?.TrySetResult();
            await (isMended ? Task.CompletedTask : Task.Delay(Timeout.Infinite, cancellation));
            return House.Ok();
        }));

    private static async Task<List<RunEvent>> EventsAsync(House house, RunId run) =>
        [.. (await house.Engine.ReadEventsAsync(run)).SelectMany(append => append.Events)];
}
