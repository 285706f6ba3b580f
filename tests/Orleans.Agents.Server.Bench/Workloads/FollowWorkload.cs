using System.Collections.Concurrent;
using Orleans.Agents.Client;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Server.Bench.Hosts;

namespace Orleans.Agents.Server.Bench.Workloads;

/// <summary>
/// How long it takes from the commit of events until those who follow their runs have them, at the node that carries the runs
/// and at another one.
/// </summary>
internal static class FollowWorkload
{
    private const int Nodes = 2;

    public static async Task MeasureAsync(BenchOptions options)
    {
        using var database = new BenchDatabase();
        await database.KeepCommitTimesAsync();
        await using var host = await ServersHost.StartAsync(database, Nodes);
        await FollowAsync(host, options.Followed, measured: null); // the first time everything is compiled
        var arrivals = new ConcurrentBag<Arrival>();
        await FollowAsync(host, options.Followed, arrivals);

        var commits = await database.ReadCommitTimesAsync();
        foreach (var group in arrivals.GroupBy(arrival => arrival.IsOwn).OrderByDescending(group => group.Key))
        {
            List<double> took =
            [
                .. group.Where(arrival => commits.TryGetValue((arrival.Run, arrival.Version), out var at) && at > arrival.Since)
                    .Select(arrival => (arrival.At - commits[(arrival.Run, arrival.Version)]).TotalMilliseconds).Order(),
            ];
            FiguresJson.Print(new FollowFigures(
                group.Key ? "own" : "other",
                options.Followed,
                took.Count,
                Math.Round(took[took.Count / 2], 2),
                Math.Round(took[took.Count * 99 / 100], 2),
                Math.Round(took[^1], 2)));
        }
    }

    // Each run is followed at the node that it was started at, which carries it, and at the other one.
    private static async Task FollowAsync(ServersHost host, int runs, ConcurrentBag<Arrival>? measured)
    {
        var clients = host.Servers.Select(server => new AgentsClient(server.Http)).ToArray();
        await Task.WhenAll(Enumerable.Range(0, runs).Select(async turn =>
        {
            var run = (await clients[turn % Nodes].StartAsync(new StartRun(Workflows.Paced))).Run;
            await Task.WhenAll(FollowOneAsync(turn % Nodes, isOwn: true), FollowOneAsync((turn + 1) % Nodes, isOwn: false));

            async Task FollowOneAsync(int node, bool isOwn)
            {
                DateTimeOffset? since = null;
                await foreach (var fact in clients[node].FollowAsync(run))
                {
                    var now = TimeProvider.System.GetUtcNow();
                    measured?.Add(new Arrival(isOwn, run, fact.Sequence, since ??= now, now));
                }
            }
        }));
    }

    // What was committed before the follower had anything comes from the past, and has not been waited for.
    private sealed record Arrival(bool IsOwn, string Run, long Version, DateTimeOffset Since, DateTimeOffset At);
}
