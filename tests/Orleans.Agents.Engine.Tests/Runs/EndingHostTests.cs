using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Agents.Activities.Lending;
using Orleans.Agents.Faults;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Models;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;

namespace Orleans.Agents.Engine.Tests.Runs;

/// <summary>A process that ends when it was taken for dead, as a silo does.</summary>
public sealed class EndingHostTests
{
    private static readonly EngineOptions Options = new() { KeeperInterval = TimeSpan.FromMilliseconds(20) };

    [Fact]
    public async Task It_knows_that_it_carries_nothing_any_more()
    {
        var database = new MemoryDatabase();
        var host = new Ending();
        await using var engine = Make(database, host);
        Assert.False(engine.IsCarrying);
        await engine.StartAsync();
        Assert.True(engine.IsCarrying);
        var epoch = engine.Epoch;

        await using var other = new MemoryStore(database);
        await other.Carriers.ReleaseAsync(epoch, CancellationToken.None);

        Assert.Equal(epoch, await host.Ended.Task.WaitAsync(TimeSpan.FromSeconds(30)));
        var began = Stopwatch.GetTimestamp();
        while (engine.IsCarrying)
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30));
            await Task.Delay(1);
        }
    }

    [Fact]
    public async Task One_that_goes_on_under_another_epoch_carries_runs_all_the_time()
    {
        var database = new MemoryDatabase();
        await using var engine = Make(database, EmbeddedHost.Instance);
        await engine.StartAsync();
        var epoch = engine.Epoch;

        await using var other = new MemoryStore(database);
        await other.Carriers.ReleaseAsync(epoch, CancellationToken.None);
        var began = Stopwatch.GetTimestamp();
        while (engine.Epoch == epoch)
        {
            Assert.True(engine.IsCarrying);
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30));
            await Task.Delay(1);
        }

        Assert.True(engine.IsCarrying);
    }

    private static AgentsEngine Make(MemoryDatabase database, IEngineHost host) => new(
        new MemoryStore(database),
        new ModelRegistry(),
        new ToolRegistry(),
        Options,
        TimeProvider.System,
        FaultPlan.None,
        NullLogger<AgentsEngine>.Instance,
        Dispatching.ToThreadPool,
        host);

    private sealed class Ending : IEngineHost
    {
        public TaskCompletionSource<Epoch> Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IOtherLanes OtherLanes => EmbeddedHost.Instance.OtherLanes;

        public IAgentGate GateFor(EngineOptions options, TimeProvider time) => EmbeddedHost.Instance.GateFor(options, time);

        public void OnCarried(RunId run)
        {
        }

        public Task OnEpochAsync(Epoch epoch, CancellationToken cancellation) => Task.CompletedTask;

        public bool GoesOnAfter(Epoch fenced)
        {
            Ended.TrySetResult(fenced);
            return false;
        }

        public Task OnFencedAsync(ImmutableArray<Epoch> epochs, CancellationToken cancellation) => Task.CompletedTask;
    }
}
