using Microsoft.Extensions.DependencyInjection;
using Orleans.Agents.Hosting;
using Orleans.Agents.Runs;
using Orleans.Agents.Silo.Runs;
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

    private static int GrainsOf(ClusterUnderTest cluster) => Enumerable.Range(0, 2)
        .Sum(place => cluster.Services(place).GetRequiredService<RunAddresses>().Count);

    private static async Task<RunId> StartAsync(IAgents agents)
    {
        var started = await agents.StartRunAsync(new StartRequest("test", Payload.Parse("{}")));
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
}
