using Microsoft.Extensions.DependencyInjection;
using Orleans.Agents.Hosting;
using Orleans.Agents.Runs;
using Orleans.Agents.Storage.Tests.Hosts;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Silo.Tests;

/// <summary>Runs that wait for long, and how many grains Orleans counts for them.</summary>
public sealed class ParkedRunTests
{
    private const int AtOnce = 200;

    private const string Workflows = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: parked }
        spec: { start: rest, states: { rest: { wait: { duration: 2h }, next: done }, done: { end: true } } }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: woken }
        spec: { start: rest, states: { rest: { wait: { duration: 1s }, next: done }, done: { end: true } } }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: held }
        spec: { start: hold, states: { hold: { tool: test.held, input: {}, timeout: 1h, next: done }, done: { end: true } } }
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly int Parked =
        Environment.GetEnvironmentVariable("AGENTS_FULL") == "1" ? 100_000 : 2_000;

    [Fact]
    public async Task Only_runs_that_are_carried_are_grains_however_many_wait()
    {
        var release = new TaskCompletionSource();
        await using var cluster = await ClusterUnderTest.OpenAsync(new HostSetup(Workflows, agents => agents.AddTool(Held(release.Task))));
        for (var started = 0; started < Parked; started += AtOnce)
        {
            await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(i => StartAsync(cluster[i % 2], "parked")));
        }

        // One is carried all the while, so that it is seen that grains are counted.
        var held = await StartAsync(cluster[0], "held");
        await UntilGrainsAsync(cluster, 1);

        // These too are put down, and woken by the keepers: those have looked by the time they end, and woke nobody else.
        var woken = await Task.WhenAll(StartAsync(cluster[0], "woken"), StartAsync(cluster[1], "woken"));
        var ends = Task.WhenAll(woken.Select(run => cluster[0].WaitForEndAsync(run)));
        while (!ends.IsCompleted)
        {
            Assert.InRange(await GrainsAsync(cluster), 1, 1 + woken.Length);
        }

        await ends;
        await UntilGrainsAsync(cluster, 1);
        release.SetResult();
        await cluster[1].WaitForEndAsync(held).WaitAsync(Patience);
        await UntilGrainsAsync(cluster, 0);
    }

    private static async Task<int> GrainsAsync(ClusterUnderTest cluster)
    {
        var management = cluster.Services(0).GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0);
        return (await management.GetSimpleGrainStatistics())
            .Where(grain => grain.GrainType.Contains("RunGrain", StringComparison.Ordinal))
            .Sum(grain => grain.ActivationCount);
    }

    private static async Task UntilGrainsAsync(ClusterUnderTest cluster, int count)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (await GrainsAsync(cluster) is var grains && grains != count)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < Patience, $"{grains} grains, not {count}");
        }
    }

    private static async Task<RunId> StartAsync(IAgents agents, string workflow)
    {
        var started = await agents.StartRunAsync(new StartRequest(workflow, Payload.Parse("{}")));
        return Assert.IsType<StartResult.Started>(started).Run;
    }

    private static Tool Held(Task until) => new(
        "test.held", "Waits for the test.", Payload.Parse("true"), null, ToolEffect.Idempotent, [], async (call, cancellation) =>
        {
            await until.WaitAsync(cancellation);
            return new ToolResult.Succeeded(call.Input);
        });
}
