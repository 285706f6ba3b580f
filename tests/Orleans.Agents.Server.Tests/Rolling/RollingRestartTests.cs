using System.Globalization;
using Orleans.Agents.EndToEnd.Tests.Checking;
using Orleans.Agents.EndToEnd.Tests.Faults;
using Xunit.Abstractions;

namespace Orleans.Agents.Server.Tests.Rolling;

/// <summary>A deploy: nodes are told to stop one after another, and others take their places.</summary>
[Collection(FaultSettings.Fleets)]
public sealed class RollingRestartTests(ITestOutputHelper output)
{
    // Once in every build, with a shorter delay than the profile's; where minutes are given for faults, as it ships.
    private static readonly TimeSpan DrainDelay = TimeSpan.FromSeconds(FaultSettings.Storm > TimeSpan.Zero ? 5 : 2);

    [Fact]
    public async Task Nodes_are_restarted_under_load_and_no_request_fails_for_good()
    {
        await using var cluster = await ShippedCluster.StartAsync(DrainDelay);
        await using var ready = new ReadyNodes(cluster.Addresses);
        using var balanced = Callers.WithRuns("balanced", 6, () => new Balancer(ready), retries: 0);
        using var patient = Callers.WithRuns("patient", 6, () => new NextNode(cluster.Addresses), retries: 3);
        using var careless = Callers.WithQuestions("careless", 2, () => new NextNode(cluster.Addresses));

        var since = TimeProvider.System.GetTimestamp();
        var restarts = new List<Restart>();
        do
        {
            restarts.Add(await cluster.RestartAsync(restarts.Count % Cluster.Places));
        }
        while (restarts.Count % Cluster.Places != 0 || TimeProvider.System.GetElapsedTime(since) < FaultSettings.Storm);

        await Task.WhenAll(balanced.EndAsync(), patient.EndAsync(), careless.EndAsync());
        AssertNone(balanced.Failures);
        AssertNone(patient.Failures);
        var contents = await cluster.ReadAsync();
        FaultSettings.Report(
            output,
            "cluster-rolling",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{restarts.Count} restarts; of {balanced.Requests} requests by a balancer without retries "
                + $"{balanced.Failures.Count} failed, of {patient.Requests} at all addresses with 3 retries "
                + $"{patient.Failures.Count}, of {careless.Requests} with neither {careless.Failures.Count}; the last run of a "
                + $"node was carried on {Slowest(r => r.TakenOver)} s after it had handed them over; a node ended within "
                + $"{Slowest(r => r.Ended)} s, the next was ready within {Slowest(r => r.Ready)} s; "
                + $"{contents.Runs.Count} runs, {contents.Appends.Count} appends"));
        Assert.NotEmpty(careless.Failures); // else nobody was away, and nothing is proved
        Assert.Empty(HistoryChecker.Judge(contents, [.. balanced.Promises, .. patient.Promises]));
        Assert.Equal(balanced.Promises.Count + patient.Promises.Count, contents.Runs.Count);
        Assert.Equal(restarts.Count, contents.Fenced);
        Assert.Contains(contents.Appends, a => a.Events.Contains("run.taken_over", StringComparison.Ordinal));

        void AssertNone(IReadOnlyCollection<string> failures) =>
            Assert.True(failures.Count == 0, $"{string.Join('\n', failures)}\n{cluster.Complaints}");

        string Slowest(Func<Restart, TimeSpan> time) =>
            restarts.Max(time).TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture);
    }
}
