using Orleans.Agents.Server.Bench.Hosts;

namespace Orleans.Agents.Server.Bench.Workloads;

/// <summary>
/// Runs of ten steps under one, two and three silos, in this process and as servers, and under an embedded engine. All share
/// the machine with their database: what more silos cost it is seen, what more machines give is not.
/// </summary>
internal static class LoadWorkload
{
    private const int MostSilos = 3;
    private const int Callers = 64;

    public static async Task MeasureAsync(BenchOptions options)
    {
        await MeasureAsync("embedded", 0, options.Runs, async database => await EmbeddedHost.StartAsync(database));
        for (var silos = 1; silos <= MostSilos; silos++)
        {
            var count = silos;
            await MeasureAsync("silos", count, options.Runs, async database => await SilosHost.StartAsync(database, count));
            await MeasureAsync("servers", count, options.Runs, async database => await ServersHost.StartAsync(database, count));
        }
    }

    private static async Task MeasureAsync(
        string kind, int silos, int runs, Func<BenchDatabase, Task<IBenchHost>> startAsync)
    {
        using var database = new BenchDatabase();
        await using var host = await startAsync(database);

        // The first time everything is compiled.
        var warming = runs / 2;
        await host.StartAsync(Workflows.Steps, warming, Callers);
        await database.EndedAsync(warming, before: 0);

        await host.StartAsync(Workflows.Steps, runs, Callers);
        var seconds = await database.EndedAsync(runs, before: warming);
        FiguresJson.Print(new LoadFigures(
            kind,
            silos,
            runs,
            Math.Round(seconds, 3),
            Math.Round(runs / seconds, 1),
            Math.Round(runs * Workflows.StepsPerRun / seconds, 1)));
    }
}
