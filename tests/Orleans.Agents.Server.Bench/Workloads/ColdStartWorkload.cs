using System.Diagnostics;
using Orleans.Agents.Server.Bench.Hosts;

namespace Orleans.Agents.Server.Bench.Workloads;

/// <summary>Three nodes are killed at once with runs under way, and three others start: when do all runs go on?</summary>
internal static class ColdStartWorkload
{
    private const int Nodes = 3;
    private const int CallersPerNode = 16;

    public static async Task MeasureAsync(BenchOptions options)
    {
        await MeasureAsync("same", options.Crashed);
        await MeasureAsync("new", options.Crashed);
    }

    private static async Task MeasureAsync(string addresses, int runs)
    {
        using var database = new BenchDatabase();
        var ports = ServersHost.FreePorts(2 * Nodes);
        await using var before = ServersHost.Begin(database, ports);
        await Task.WhenAll(before.Servers.Select(server => server.ReadyAsync()));
        await before.StartAsync(Workflows.Carried, runs, callers: Nodes * CallersPerNode);
        var left = "select count(*)::float8 from runs where owner in (select epoch from carrier where "
            + $"{string.Join(" or ", before.Servers.Select(server => $"process like '%:{server.Id}'"))})";
        var carried = await database.AskAsync(left);

        var since = Stopwatch.GetTimestamp();
        await Task.WhenAll(before.Servers.Select(server => server.KillAsync()));
        await using var after = ServersHost.Begin(database, addresses == "same" ? ports : ServersHost.FreePorts(2 * Nodes));
        var all = await Task.WhenAll(
            [WhenAsync(database.UntilAsync(left, 0)), .. after.Servers.Select(server => WhenAsync(server.ReadyAsync()))]);
        var (going, ready) = (all[0], all[1..]);
        FiguresJson.Print(new ColdStartFigures(
            addresses,
            Nodes,
            (int)carried,
            Math.Round(ready.Min(), 2),
            Math.Round(ready.Max(), 2),
            Math.Round(going, 2)));

        async Task<double> WhenAsync(Task itIsSo)
        {
            await itIsSo;
            return Stopwatch.GetElapsedTime(since).TotalSeconds;
        }
    }
}
