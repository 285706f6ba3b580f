using Orleans.Agents.EndToEnd.Tests.Faults;
using Orleans.Agents.EndToEnd.Tests.Processes;
using Xunit.Abstractions;

namespace Orleans.Agents.Server.Tests;

/// <summary>What happens to nodes of a cluster, and that nobody who uses it loses anything by it.</summary>
[Collection(FaultSettings.Fleets)]
public sealed class ClusterFaultTests(ITestOutputHelper output)
{
    private const int Runs = 200;

    // Far more than it takes: what it takes is reported, and promised on a machine that has nothing else to do.
    private static readonly TimeSpan LongestTakeOver = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task The_runs_of_a_killed_node_go_on_at_the_others()
    {
        await using var cluster = await Cluster.StartAsync();
        await StartSlowAsync(cluster, place: 0);
        var node = cluster.Nodes[0];
        var carried = await cluster.OwnedByAsync(node.Id);

        await node.KillAsync();
        var took = await cluster.TakenOverAsync(node.Id);
        await cluster.KillAsync(0);

        Assert.InRange(carried, 1, Runs);
        Assert.InRange(took, TimeSpan.Zero, LongestTakeOver);
        FaultSettings.Report(
            output, "cluster-kill", $"{carried} runs were taken over within {took}; {await cluster.JudgeAsync()}");
    }

    [Fact]
    public async Task A_node_that_hangs_is_given_up_and_ends_when_it_comes_to_itself()
    {
        await using var cluster = await Cluster.StartAsync();
        await StartSlowAsync(cluster, place: 0);
        var node = cluster.Nodes[0].Id;
        var took = TimeSpan.Zero;

        var since = TimeProvider.System.GetUtcNow();
        await cluster.FreezeAsync(0, async () => took = await cluster.TakenOverAsync(node));
        var going = await cluster.GoingAgainAsync(node, since);

        Assert.InRange(took, TimeSpan.Zero, LongestTakeOver);
        Assert.InRange(going, TimeSpan.Zero, LongestTakeOver);
        FaultSettings.Report(
            output,
            "cluster-freeze",
            $"runs were taken over within {took}, and the last went on after {going}; {await cluster.JudgeAsync()}");
    }

    [Fact]
    public async Task Nodes_are_killed_frozen_and_restarted_under_load_and_nothing_is_lost_or_done_twice()
    {
        await using var cluster = await Cluster.StartAsync(SpreadLoad.Lanes);
        await BeginSpreadAsync(cluster);
        var since = TimeProvider.System.GetTimestamp();
        var rounds = 0;
        do
        {
            await cluster.KillAsync(rounds % Cluster.Places);
            await cluster.RestartAsync((rounds + 1) % Cluster.Places);
            var frozen = cluster.Nodes[(rounds + 2) % Cluster.Places].Id;
            await cluster.FreezeAsync((rounds + 2) % Cluster.Places, () => cluster.TakenOverAsync(frozen));
            rounds++;
        }
        while (TimeProvider.System.GetElapsedTime(since) < FaultSettings.Storm);

        FaultSettings.Report(output, "cluster-storm", $"{rounds} rounds within {TimeProvider.System.GetElapsedTime(since)}; {await cluster.JudgeAsync()}");
        Assert.NotEqual(0, cluster.Nodes.WorkOfLenders().RunsThatLent);
    }

    [Fact]
    public async Task A_database_that_is_restarted_costs_time_and_fences_nobody()
    {
        await using var cluster = await Cluster.StartAsync(SpreadLoad.Lanes);
        await BeginSpreadAsync(cluster);

        cluster.Database.Stop("immediate");
        cluster.Database.StartAgain();
        var before = cluster.Load.Promises.Count;
        await Eventually.TrueAsync(
            () => cluster.Load.Promises.Count > before + 20, LongestTakeOver, () => $"no starts any more: {cluster.Nodes.Errors}");

        FaultSettings.Report(output, "cluster-database", await cluster.JudgeAsync());
        Assert.NotEqual(0, cluster.Nodes.WorkOfLenders().RunsThatLent);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_crash_of_everything_all_runs_go_on(bool onNewAddresses)
    {
        await using var cluster = await Cluster.StartAsync();
        await StartSlowAsync(cluster, place: null);
        int[] nodes = [.. Enumerable.Range(0, Cluster.Places).Select(place => cluster.Nodes[place].Id)];

        var since = TimeProvider.System.GetTimestamp();
        await cluster.CrashAsync(onNewAddresses);
        var ready = TimeProvider.System.GetElapsedTime(since);
        foreach (var node in nodes)
        {
            await cluster.TakenOverAsync(node);
        }

        FaultSettings.Report(
            output,
            $"cluster-crash-{(onNewAddresses ? "new" : "same")}",
            $"nodes were ready after {ready}, all runs going after {TimeProvider.System.GetElapsedTime(since)}; "
            + await cluster.JudgeAsync());
    }

    private static Task BeginSpreadAsync(Cluster cluster)
    {
        cluster.Load.Begin(4, SpreadLoad.Of);
        return Eventually.TrueAsync(() => cluster.Load.Promises.Count > 20, LongestTakeOver, () => "there is no load");
    }

    private static Task StartSlowAsync(Cluster cluster, int? place) => cluster.Load.StartAsync(
        Runs, n => ("slow", $$"""{"n":{{n}},"ms":3000}""", $$"""{"n":{{n + 4}}}"""), place);
}
