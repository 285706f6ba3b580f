using Microsoft.Extensions.DependencyInjection;
using Orleans.Agents.Forks;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Silo.Runs;
using Orleans.Agents.Silo.Wire;
using Orleans.Agents.Storage.Tests.Hosts;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;
using Orleans.Configuration;

namespace Orleans.Agents.Silo.Tests;

/// <summary>What only a cluster does.</summary>
public sealed class ClusterTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_run_that_is_put_down_has_no_grain_and_reading_it_makes_none()
    {
        await using var cluster = await OpenAsync(HostWorkflows.Parked);
        var runs = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => StartAsync(cluster[i % 2])));
        await UntilAsync(() => GrainsOf(cluster) == 0, () => $"{GrainsOf(cluster)} grains are left");

        foreach (var run in runs)
        {
            Assert.False((await cluster[0].FindAsync(run))!.IsCarried);
        }

        Assert.Equal(0, GrainsOf(cluster));
    }

    [Fact]
    public async Task An_activity_that_outlives_the_collection_age_of_grains_is_made_once()
    {
        var made = 0;
        await using var cluster = await OpenAsync(
            HostWorkflows.Held,
            async (_, cancellation) =>
            {
                Interlocked.Increment(ref made);
                await Task.Delay(TimeSpan.FromSeconds(4), cancellation);
            },
            silo => silo.Configure<GrainCollectionOptions>(collection =>
            {
                collection.CollectionQuantum = TimeSpan.FromSeconds(0.5);
                collection.CollectionAge = TimeSpan.FromSeconds(1);
            }));

        var run = await StartAsync(cluster[0]);

        Assert.Equal("[1,2]", (await cluster[1].WaitForEndAsync(run).WaitAsync(Patience)).Output.ToString());
        Assert.Equal(1, made);
    }

    [Fact]
    public async Task Runs_go_on_at_a_silo_that_has_not_joined_yet_and_have_their_grains_when_it_has()
    {
        var door = new Door();
        var (made, last) = (0, new TaskCompletionSource());
        await using var cluster = await OpenAsync(
            HostWorkflows.Held,
            (call, cancellation) => Interlocked.Increment(ref made) > 2 && call.Activity.Run.Value == "run-short"
                ? Task.CompletedTask
                : last.Task.WaitAsync(cancellation),
            silo => silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(services =>
                new Threshold(door, services.GetRequiredService<AgentsEngine>())));
        var (shortOne, longOne) = (new RunId("run-short"), new RunId("run-long"));
        await StartAsync(cluster[0], shortOne);
        await StartAsync(cluster[1], longOne);
        await UntilAsync(() => Volatile.Read(ref made) == 2, () => $"{made} calls");

        door.Close();
        var joining = cluster.JoinAsync();
        await Task.WhenAll(cluster.LeaveAsync(0), cluster.LeaveAsync(1));
        var engine = await door.Waiting.WaitAsync(Patience);
        var ended = await engine.WaitForEndAsync(shortOne).WaitAsync(Patience);
        await UntilAsync(() => engine.Carries(longOne), () => "nobody carries the other run");

        Assert.Equal("[1,2]", ended.Output.ToString());
        Assert.False(joining.IsCompleted);
        door.Open();
        var addresses = (await joining.WaitAsync(Patience)).GetRequiredService<RunAddresses>();
        await UntilAsync(() => addresses.Has(longOne), () => "it has no grain");
        last.SetResult();
        Assert.Equal("[1,2]", (await engine.WaitForEndAsync(longOne).WaitAsync(Patience)).Output.ToString());
    }

    [Fact]
    public async Task A_call_that_the_silo_of_its_run_does_not_know_is_refused_for_now_and_changes_nothing()
    {
        var isOld = true;
        await using var cluster = await OpenAsync(HostWorkflows.Parked, configure: silo => silo.AddIncomingGrainCallFilter(call =>
        {
            if (isOld && call.Grain is RunGrain)
            {
                call.Request.SetArgument(0, new Envelope("""{"type":"from_the_next_version"}"""u8.ToArray()));
            }

            return call.Invoke();
        }));
        var run = new RunId("run-1");
        Func<Task>[] asks =
        [
            () => StartAsync(cluster[0], run),
            () => cluster[0].ForkAsync(new ForkRequest(run, 1)),
            () => cluster[0].CancelAsync(run),
            () => cluster[0].SuspendAsync(run),
            () => cluster[0].SignalAsync(run, "news", Payload.Null),
            () => cluster[0].ResumeAsync(run),
        ];

        foreach (var ask in asks)
        {
            var refused = await Assert.ThrowsAsync<StoreException>(ask);
            Assert.Equal(("cluster.unknown_message", true), (refused.Code, refused.IsTransient));
        }

        Assert.Null(await cluster[0].FindAsync(run));
        isOld = false;
        Assert.Equal(run, await StartAsync(cluster[0], run));
    }

    private static int GrainsOf(ClusterUnderTest cluster) => Enumerable.Range(0, 2)
        .Sum(place => cluster.Services(place).GetRequiredService<RunAddresses>().Count);

    private static async Task<RunId> StartAsync(IAgents agents, RunId? run = null)
    {
        var started = await agents.StartRunAsync(new StartRequest("test", Payload.Parse("{}"), Run: run));
        return Assert.IsType<StartResult.Started>(started).Run;
    }

    private static async Task UntilAsync(Func<bool> isSo, Func<string> whatIs)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < Patience, whatIs());
            await Task.Delay(20);
        }
    }

    private static Task<ClusterUnderTest> OpenAsync(
        string workflows,
        Func<ToolCall, CancellationToken, Task>? held = null,
        Action<ISiloBuilder>? configure = null) => ClusterUnderTest.OpenAsync(
        new HostSetup(workflows, agents =>
        {
            foreach (var (name, effect) in HostWorkflows.Tools)
            {
                agents.AddTool(new Tool(
                    name, "A tool of a test.", Payload.Parse("true"), null, effect, [], async (call, cancellation) =>
                    {
                        if (name == "test.held" && held is not null)
                        {
                            await held(call, cancellation);
                        }

                        return new ToolResult.Succeeded(call.Input);
                    }));
            }
        }),
        configure);

    /// <summary>Keeps silos from joining while it is closed.</summary>
    private sealed class Door
    {
        private readonly TaskCompletionSource<AgentsEngine> waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TaskCompletionSource? closed;

        /// <summary>The engine of the first silo that waits.</summary>
        public Task<AgentsEngine> Waiting => waiting.Task;

        public void Close() => closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Open() => closed!.SetResult();

        public Task PassAsync(AgentsEngine engine)
        {
            if (closed is null)
            {
                return Task.CompletedTask;
            }

            waiting.TrySetResult(engine);
            return closed.Task;
        }
    }

    /// <summary>Where a silo waits before it has said a word to others.</summary>
    private sealed class Threshold(Door door, AgentsEngine engine) : ILifecycleParticipant<ISiloLifecycle>
    {
        public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
            nameof(Threshold), ServiceLifecycleStage.RuntimeInitialize - 500, _ => door.PassAsync(engine));
    }
}
