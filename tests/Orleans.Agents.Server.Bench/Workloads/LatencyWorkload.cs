using Orleans.Agents.Server.Bench.Hosts;

namespace Orleans.Agents.Server.Bench.Workloads;

/// <summary>How long callers wait for a start through the gateway, one at a time and many at once.</summary>
internal static class LatencyWorkload
{
    private static readonly int[] Crowds = [1, 16];

    public static async Task MeasureAsync(BenchOptions options)
    {
        foreach (var silos in new[] { 1, 2 })
        {
            using var database = new BenchDatabase();
            await using var host = await ServersHost.StartAsync(database, silos);
            await host.StartAsync(Workflows.Parked, options.Starts, callers: Crowds[^1]); // everything is compiled by then
            foreach (var callers in Crowds)
            {
                var since = TimeProvider.System.GetTimestamp();
                var took = await host.StartAsync(Workflows.Parked, options.Starts, callers);
                var seconds = TimeProvider.System.GetElapsedTime(since).TotalSeconds;
                FiguresJson.Print(new LatencyFigures(
                    silos,
                    callers,
                    options.Starts,
                    Math.Round(options.Starts / seconds, 1),
                    Math.Round(took[took.Count / 2], 2),
                    Math.Round(took[took.Count * 99 / 100], 2)));
            }
        }
    }
}
