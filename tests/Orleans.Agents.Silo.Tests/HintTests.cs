using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Agents.Hosting;
using Orleans.Agents.Runs;
using Orleans.Agents.Silo.Hints;
using Orleans.Agents.Storage.Tests.Hosts;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;
using Orleans.Streams;
using Orleans.Streams.Core;
using Orleans.Streams.PubSub;

namespace Orleans.Agents.Silo.Tests;

/// <summary>Hints of what is stored, from the silo that carries a run to one where it is followed.</summary>
public sealed class HintTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_silo_where_a_run_is_followed_is_told_what_another_stores_of_it_and_nobody_else_is()
    {
        var release = new TaskCompletionSource();
        await using var cluster = await OpenAsync(release.Task);
        var (there, here) = (HintsOf(cluster, 0), HintsOf(cluster, 1));
        var heard = new ConcurrentDictionary<RunId, long>();
        here.Listen((run, version) => heard[run] = version);
        var run = new RunId("run-followed");
        Assert.Empty(await SubscriptionsAsync(cluster, run));

        here.Want(run);
        await UntilAsync(() => Task.FromResult(here.AreComing(run)), "no hints come");
        var listener = Assert.Single(await SubscriptionsAsync(cluster, run));
        Assert.Contains(
            cluster.Services(1).GetRequiredService<ILocalSiloDetails>().SiloAddress.ToParsableString(),
            listener.GrainId.Key.ToString(), // by which those of a silo that is gone are found
            StringComparison.Ordinal);
        Assert.Empty(await SubscriptionsAsync(cluster, OfAnotherStream(run)));
        await StartAsync(cluster[0], run);
        var started = await VersionAsync(cluster, run);
        await UntilAsync(() => Task.FromResult(heard.GetValueOrDefault(run) >= started), "the start was not heard");
        Assert.True(there.AreComing(run) || cluster.Services(1).GetRequiredService<AgentsEngine>().Carries(run));

        release.SetResult();
        await cluster[1].WaitForEndAsync(run).WaitAsync(Patience);

        var ended = await VersionAsync(cluster, run);
        await UntilAsync(() => Task.FromResult(heard.GetValueOrDefault(run) == ended), "the end was not heard");
        Assert.Equal([run], heard.Keys);
    }

    [Fact]
    public async Task Hints_come_again_after_a_silo_has_left_and_one_that_leaves_listens_no_more()
    {
        await using var cluster = await OpenAsync(Task.CompletedTask);
        var (leaver, stays) = (HintsOf(cluster, 0), HintsOf(cluster, 1));
        var run = new RunId("run-followed");
        leaver.Want(run);
        stays.Want(run);
        await UntilAsync(() => Task.FromResult(leaver.AreComing(run) && stays.AreComing(run)), "no hints come");
        Assert.Equal(2, (await SubscriptionsAsync(cluster, run)).Count);

        await cluster.LeaveAsync(0);

        await UntilAsync(
            async () => (await SubscriptionsAsync(cluster, run)).Count == 1, "the silo that stays, and no other, does not listen");
        await UntilAsync(() => Task.FromResult(stays.AreComing(run)), "no hints come any more");
        var heard = new TaskCompletionSource();
        stays.Listen((of, _) =>
        {
            if (of == run)
            {
                heard.TrySetResult();
            }
        });
        await StartAsync(cluster[1], run);
        await heard.Task.WaitAsync(Patience);
    }

    [Fact]
    public void A_run_belongs_to_the_same_stream_at_every_silo_and_runs_are_spread_over_all()
    {
        Assert.Equal(
            [4, 5, 7],
            new[] { "run-1", "run-2", "acme:run-3~4.5" }.Select(name => HintStreams.NumberOf(new RunId(name))));
        Assert.Equal(
            HintStreams.Count,
            Enumerable.Range(0, 100).Select(n => HintStreams.NumberOf(new RunId($"run-{n}"))).Distinct().Count());
    }

    private static ClusterHints HintsOf(ClusterUnderTest cluster, int place) =>
        cluster.Services(place).GetRequiredService<ClusterHints>();

    private static RunId OfAnotherStream(RunId run) => Enumerable.Range(0, 100).Select(n => new RunId($"run-{n}"))
        .First(other => HintStreams.NumberOf(other) != HintStreams.NumberOf(run));

    private static async Task<List<StreamSubscription>> SubscriptionsAsync(ClusterUnderTest cluster, RunId run)
    {
        var provider = cluster.Services(1).GetRequiredKeyedService<IStreamProvider>(HintStreams.Provider);
        Assert.True(provider.TryGetStreamSubscriptionManager(out var subscriptions));
        return [.. await subscriptions.GetSubscriptions(
            HintStreams.Provider, HintStreams.IdOf(HintStreams.NumberOf(run)))];
    }

    private static async Task<long> VersionAsync(ClusterUnderTest cluster, RunId run) =>
        (await cluster[1].LookUpAsync(run))!.Version;

    private static async Task StartAsync(IAgents agents, RunId run) => Assert.IsType<StartResult.Started>(
        await agents.StartRunAsync(new StartRequest("test", Payload.Parse("{}"), Run: run)));

    private static async Task UntilAsync(Func<Task<bool>> isSoAsync, string what)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!await isSoAsync())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < Patience, what);
            await Task.Delay(20);
        }
    }

    private static Task<ClusterUnderTest> OpenAsync(Task held) => ClusterUnderTest.OpenAsync(
        new HostSetup(HostWorkflows.Held, agents =>
        {
            foreach (var (name, effect) in HostWorkflows.Tools)
            {
                agents.AddTool(new Tool(
                    name, "A tool of a test.", Payload.Parse("true"), null, effect, [], async (call, cancellation) =>
                    {
                        await (name == "test.held" ? held.WaitAsync(cancellation) : Task.CompletedTask);
                        return new ToolResult.Succeeded(call.Input);
                    }));
            }
        }));
}
