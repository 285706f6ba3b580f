using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Agents.Activities.Lending;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;
using Orleans.Agents.Silo.Lanes;
using Orleans.Agents.Silo.Wire;
using Orleans.Agents.Storage.Tests.Hosts;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;
using Orleans.Runtime.Placement;

namespace Orleans.Agents.Silo.Tests;

/// <summary>Attempts that find no lane where their run is carried.</summary>
public sealed class LendingTests
{
    private const int Lanes = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly string Items = $"[{string.Join(',', Enumerable.Range(0, 100))}]";

    private readonly ConcurrentQueue<(int Place, ActivityId Activity)> made = [];
    private int places;

    [Fact]
    public async Task They_are_made_at_another_silo_and_once_each()
    {
        await using var cluster = await OpenAsync((_, cancellation) => Task.Delay(20, cancellation));

        Assert.Equal(Items, await RunAsync(cluster));
        Assert.Equal([0, 1], made.Select(m => m.Place).Distinct().Order());
        Assert.Equal(100, made.Count);
        Assert.Equal(100, made.Select(m => m.Activity).Distinct().Count());
    }

    [Fact]
    public async Task What_a_silo_took_and_did_not_make_before_it_left_is_made_by_the_one_that_asked()
    {
        var (taken, hung) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var cluster = await OpenAsync(async (place, cancellation) =>
        {
            if (place == 1)
            {
                taken.TrySetResult();
                await hung.Task.WaitAsync(cancellation);
            }

            await Task.Delay(20, cancellation);
        });

        var run = RunAsync(cluster);
        await taken.Task.WaitAsync(Patience);
        await cluster.LeaveAsync(1 - Lender(cluster));

        Assert.Equal(Items, await run);
    }

    [Fact]
    public async Task When_the_run_is_cancelled_they_are_too()
    {
        var (taken, cancelled) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var cluster = await OpenAsync(async (place, cancellation) =>
        {
            using var told = cancellation.Register(() =>
            {
                if (place == 1)
                {
                    cancelled.TrySetResult();
                }
            });
            if (place == 1)
            {
                taken.TrySetResult();
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        });
        var started = await cluster[Lender(cluster)].StartRunAsync(new StartRequest("test", Payload.Parse(Items)));
        await taken.Task.WaitAsync(Patience);

        await cluster[Lender(cluster)].CancelAsync(Assert.IsType<StartResult.Started>(started).Run);

        await cancelled.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task What_a_silo_that_is_gone_had_lent_is_cancelled()
    {
        var (taken, cancelled) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var cluster = await OpenAsync(async (place, cancellation) =>
        {
            using var told = cancellation.Register(() => (place == 1 ? cancelled : new()).TrySetResult());
            (place == 1 ? taken : new()).TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        });
        var (lender, borrower) = (cluster.Services(Lender(cluster)), cluster.Services(1 - Lender(cluster)));
        var started = await cluster[Lender(cluster)].StartRunAsync(new StartRequest("test", Payload.Parse("[1]")));
        var run = (await cluster[Lender(cluster)].FindAsync(Assert.IsType<StartResult.Started>(started).Run))!;
        var silo = borrower.GetRequiredService<ILocalSiloDetails>().SiloAddress;
        var goneBefore = SiloAddress.New(lender.GetRequiredService<ILocalSiloDetails>().SiloAddress.Endpoint, 1);
        var attempt = new LentAttempt(
            run.Run,
            run.Hash,
            1,
            1,
            1,
            "each",
            Payload.Parse("1"),
            TimeSpan.FromMinutes(1),
            Payload.FromTrusted(JsonSerializer.SerializeToUtf8Bytes(run.State, RunJson.Default.RunState)));

        RequestContext.Set(IPlacementDirector.PlacementHintKey, silo);
        var lanes = borrower.GetRequiredService<IGrainFactory>().GetGrain<ILaneGrain>(silo.ToParsableString());
        await lanes.LendAsync(Envelope.Of(new LaneOffer([attempt], goneBefore.ToParsableString()), SiloJson.Default.LaneOffer));

        await taken.Task.WaitAsync(Patience);
        await cancelled.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_failure_elsewhere_is_the_failure_of_the_branch()
    {
        await using var cluster = await OpenAsync((place, _) => place == 1
            ? throw new InvalidOperationException("not here")
            : Task.Delay(20, CancellationToken.None));
        var started = await cluster[Lender(cluster)].StartRunAsync(new StartRequest("test", Payload.Parse(Items)));

        var state = await cluster[Lender(cluster)].WaitForEndAsync(Assert.IsType<StartResult.Started>(started).Run).WaitAsync(Patience);

        Assert.Equal("activity.fault", state.Failure!.Code);
        Assert.Contains("not here", state.Failure.Message, StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(ClusterUnderTest cluster)
    {
        var started = await cluster[Lender(cluster)].StartRunAsync(new StartRequest("test", Payload.Parse(Items)));
        var run = Assert.IsType<StartResult.Started>(started).Run;
        return (await cluster[Lender(cluster)].WaitForEndAsync(run).WaitAsync(Patience)).Output.ToString();
    }

    // Which of the two was made up first, chance decides; it is the one that runs are started at, and they stay there.
    private static int Lender(ClusterUnderTest cluster) => cluster.Services(0).GetRequiredService<Place>().Number;

    private Task<ClusterUnderTest> OpenAsync(Func<int, CancellationToken, Task> work) => ClusterUnderTest.OpenAsync(
        new HostSetup(HostWorkflows.Each, agents =>
        {
            var place = Interlocked.Increment(ref places) - 1;
            agents.Services.AddSingleton(new Place(place));
            agents.Services.Configure<EngineOptions>(engine => engine.Lanes = Lanes);
            agents.AddTool(new Tool(
                "test.work",
                "A tool of a test.",
                Payload.Parse("true"),
                null,
                ToolEffect.Idempotent,
                [],
                async (call, cancellation) =>
                {
                    await work(place, cancellation);
                    made.Enqueue((place, call.Activity));
                    return new ToolResult.Succeeded(call.Input);
                }));
        }),
        isByChance: false);

    private sealed record Place(int Number);
}
