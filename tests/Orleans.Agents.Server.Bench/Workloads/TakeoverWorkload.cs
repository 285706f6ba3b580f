using System.Diagnostics;
using Orleans.Agents.Server.Bench.Hosts;

namespace Orleans.Agents.Server.Bench.Workloads;

/// <summary>One of three nodes is killed, hangs, or is told to end, with runs under way: when do they go on at the others?</summary>
internal static class TakeoverWorkload
{
    private const int Nodes = 3;
    private const int CallersAtOnce = 16;

    private static readonly (string Name, Func<ServerProcess, Task> HappensAsync)[] Ends =
    [
        ("killed", node => node.KillAsync()),
        ("frozen", node => Task.Run(node.Freeze)),
        ("terminated", node => node.TerminateAsync()),
    ];

    public static async Task MeasureAsync(BenchOptions options)
    {
        foreach (var (name, happensAsync) in Ends)
        {
            for (var round = 0; round < options.Rounds; round++)
            {
                FiguresJson.Print(await MeasureAsync(name, happensAsync, options.Crashed));
            }
        }
    }

    private static async Task<TakeoverFigures> MeasureAsync(string end, Func<ServerProcess, Task> happensAsync, int runs)
    {
        using var database = new BenchDatabase();
        await using var host = await ServersHost.StartAsync(database, Nodes);
        var atOnce = new ParallelOptions { MaxDegreeOfParallelism = CallersAtOnce };
        await Parallel.ForAsync(0, runs, atOnce, async (_, _) => await host.StartRunAsync(Workflows.Carried, turn: 0));
        var node = host.Servers[0];
        var its = $"(select epoch from carrier where process like '%:{node.Id}')";
        var owned = $"select count(*)::float8 from runs where owner in {its}";
        var resting =
            $"""
            select count(*)::float8 from runs r
            where exists (select from appends a where a.run = r.run and a.epoch in {its})
                and not exists (select from appends a where a.run = r.run and a.epoch not in {its})
            """;
        var carried = await database.AskAsync(owned);

        var since = Stopwatch.GetTimestamp();
        var happening = happensAsync(node);
        var times = await Task.WhenAll(WhenAsync(database.UntilAsync(owned, 0)), WhenAsync(database.UntilAsync(resting, 0)));
        await happening;
        return new TakeoverFigures(end, Nodes, (int)carried, Math.Round(times[0], 2), Math.Round(times[1], 2));

        async Task<double> WhenAsync(Task itIsSo)
        {
            await itIsSo;
            return Stopwatch.GetElapsedTime(since).TotalSeconds;
        }
    }
}
