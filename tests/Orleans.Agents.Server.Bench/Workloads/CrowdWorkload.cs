using Orleans.Agents.Client;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Server.Bench.Hosts;

namespace Orleans.Agents.Server.Bench.Workloads;

/// <summary>Very many who follow at one node: all of them one run, or each run a few of them.</summary>
internal static class CrowdWorkload
{
    private const int AtOnce = 100;
    private const int ManyRuns = 1_000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static async Task MeasureAsync(BenchOptions options)
    {
        await MeasureAsync(options, runs: 1);
        await MeasureAsync(options, ManyRuns);
    }

    private static async Task MeasureAsync(BenchOptions options, int runs)
    {
        using var database = new BenchDatabase();
        await using var host = await ServersHost.StartAsync(database, 1);
        var server = host.Servers[0];
        var client = new AgentsClient(server.Http);
        var names = await StartAsync(client, runs);
        using var crowd = new Crowd(server.Http);
        await crowd.JoinAsync(names, runs); // what is compiled and set up at first is no follower's
        await crowd.SeenAsync(runs);
        var before = server.ResidentMegabytes;

        var since = TimeProvider.System.GetTimestamp();
        await crowd.JoinAsync(names, options.Followers);
        await crowd.SeenAsync(runs + options.Followers);
        var joined = TimeProvider.System.GetElapsedTime(since).TotalSeconds;
        var resident = server.ResidentMegabytes;
        var first = await WatchAsync(server, options.Watched);
        await Task.Delay(TimeSpan.FromSeconds(options.Settling));
        var idle = await WatchAsync(server, options.Watched);

        var used = server.Processor;
        since = TimeProvider.System.GetTimestamp();
        await EachAsync(names, name => client.SignalAsync(name, new SignalRun("go")));
        await crowd.SeenAsync(2 * (runs + options.Followers));
        FiguresJson.Print(new CrowdFigures(
            options.Followers,
            runs,
            Math.Round(joined, 2),
            Math.Round(resident, 1),
            Math.Round((resident - before) * 1_000 / options.Followers, 1),
            Math.Round(first, 2),
            Math.Round(idle, 2),
            Math.Round(TimeProvider.System.GetElapsedTime(since).TotalSeconds, 3),
            Math.Round((server.Processor - used).TotalSeconds, 3)));
    }

    private static async Task<string[]> StartAsync(AgentsClient client, int runs)
    {
        string[] names = [.. Enumerable.Range(0, runs).Select(n => $"run-{n}")];
        await EachAsync(names, name => client.StartAsync(new StartRun(Workflows.Told, Run: name)));
        return names;
    }

    private static async Task EachAsync(string[] names, Func<string, Task> doAsync)
    {
        foreach (var some in names.Chunk(AtOnce))
        {
            await Task.WhenAll(some.Select(doAsync));
        }
    }

    private static async Task<double> WatchAsync(ServerProcess server, int seconds)
    {
        var (used, since) = (server.Processor, TimeProvider.System.GetTimestamp());
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        return 100 * (server.Processor - used) / TimeProvider.System.GetElapsedTime(since);
    }

    /// <summary>Those who follow, and how often they saw a run enter a state, all together.</summary>
    private sealed class Crowd(HttpClient http) : IDisposable
    {
        private readonly CancellationTokenSource leaving = new();
        private int seen;

        public async Task JoinAsync(string[] names, int followers)
        {
            foreach (var some in Enumerable.Range(0, followers).Select(n => names[n % names.Length]).Chunk(AtOnce))
            {
                await Task.WhenAll(some.Select(JoinAsync));
            }
        }

        public async Task SeenAsync(int times)
        {
            var since = TimeProvider.System.GetTimestamp();
            while (Volatile.Read(ref seen) != times)
            {
                if (TimeProvider.System.GetElapsedTime(since) > Patience)
                {
                    throw new TimeoutException($"After {Patience} {Volatile.Read(ref seen)} were seen, and not {times}.");
                }

                await Task.Delay(Pause);
            }
        }

        public void Dispose()
        {
            leaving.Cancel();
            leaving.Dispose();
        }

        private async Task JoinAsync(string run)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/runs/{run}/events");
            request.Headers.Accept.ParseAdd("text/event-stream");
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, leaving.Token);
            response.EnsureSuccessStatusCode();
            _ = ReadAsync(new StreamReader(await response.Content.ReadAsStreamAsync(leaving.Token)));
        }

        private async Task ReadAsync(StreamReader stream)
        {
            try
            {
                while (await stream.ReadLineAsync(leaving.Token) is { } line)
                {
                    if (line == "event: state.entered")
                    {
                        Interlocked.Increment(ref seen);
                    }
                }
            }
            catch (Exception gone) when (gone is OperationCanceledException or IOException or HttpRequestException)
            {
                // The measurement is over; a follower that went too soon is missed by who counts.
            }
        }
    }
}
