using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Agents.Server.Bench.Hosts;

namespace Orleans.Agents.Server.Bench.Workloads;

/// <summary>Two nodes over many runs that wait for an hour: what they keep in memory for them, and how many grains.</summary>
internal static class ParkedWorkload
{
    private const int Nodes = 2;

    public static async Task MeasureAsync(BenchOptions options)
    {
        await MeasureAsync(0, options.Watched);
        await MeasureAsync(options.Parked, options.Watched);
    }

    private static async Task MeasureAsync(int parked, int watched)
    {
        using var database = new BenchDatabase();
        if (parked > 0)
        {
            await FillAsync(database, parked);
        }

        await using var host = await ServersHost.StartAsync(database, Nodes);
        var grains = await CountRunGrainsAsync(database); // it comes and goes, so that it takes no part in what is watched
        await Task.Delay(TimeSpan.FromSeconds(watched));  // what is compiled and set up at first is over

        var used = host.Servers.Select(server => server.Processor).ToArray();
        var since = TimeProvider.System.GetTimestamp();
        await Task.Delay(TimeSpan.FromSeconds(watched));
        var seconds = TimeProvider.System.GetElapsedTime(since).TotalSeconds;
        FiguresJson.Print(new ParkedFigures(
            Nodes,
            parked,
            grains,
            [.. host.Servers.Select(server => Math.Round(server.ResidentMegabytes, 1))],
            [.. host.Servers.Zip(used, (server, before) =>
                Math.Round(100 * (server.Processor - before).TotalSeconds / seconds, 2))],
            Math.Round(seconds, 1)));
    }

    // A node starts one, and puts it down; the others are its copies.
    private static async Task FillAsync(BenchDatabase database, int parked)
    {
        await using (var first = await ServersHost.StartAsync(database, 1))
        {
            await first.StartRunAsync(Workflows.Parked, turn: 0);
            await database.UntilAsync("select count(*)::float8 from runs where owner is null and wake_at is not null", 1);
        }

        await database.ExecuteAsync($"""
            with copies as (
                insert into runs (id, workflow, hash, version, wake_at, status, state, started_at, updated_at)
                select 'copy-' || n, workflow, hash, version, wake_at, status, state, started_at, updated_at
                from runs, generate_series(1, {parked - 1}) n
                returning run, id)
            insert into appends (run, seq, at, epoch, events)
            select c.run, a.seq, a.at, a.epoch, convert_to(replace(convert_from(a.events, 'UTF8'), t.id, c.id), 'UTF8')
            from copies c, runs t join appends a on a.run = t.run
            order by c.run, a.seq
            """);
        await database.ExecuteAsync("vacuum analyze runs, appends");
    }

    /// <summary>Asks Orleans' own statistics, by a node in this process that carries nothing and leaves again.</summary>
    private static async Task<int> CountRunGrainsAsync(BenchDatabase database)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddServerConfiguration(
        [
            $"--postgres={database.ConnectionString}",
            $"--definitions={Workflows.File}",
            "--address=127.0.0.1",
            "--drain-delay=00:00:00",
            "--lanes=0",
            string.Create(CultureInfo.InvariantCulture, $"--silo-port={ServersHost.FreePorts(1)[0]}"),
        ]);
        builder.AddServerNode();
        using var node = builder.Build();
        await node.StartAsync();
        var statistics = await node.Services.GetRequiredService<IGrainFactory>()
            .GetGrain<IManagementGrain>(0).GetSimpleGrainStatistics();
        await node.StopAsync();
        return statistics.Where(grain => grain.GrainType.Contains("RunGrain", StringComparison.Ordinal))
            .Sum(grain => grain.ActivationCount);
    }
}
