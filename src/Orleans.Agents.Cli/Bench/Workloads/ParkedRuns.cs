using Orleans.Agents.Cli.Bench.Databases;
using Orleans.Agents.Cli.Bench.Workers;
using Orleans.Agents.Cli.Documents;

namespace Orleans.Agents.Cli.Bench.Workloads;

/// <summary>W5: what runs cost that wait for an hour: a fresh process over them, beside one over an empty store.</summary>
internal sealed class ParkedRuns(BenchSettings settings, int parked, int due = 0, TimeSpan? after = null)
{
    private const double Megabyte = 1_048_576;

    // Before it is watched, a process may compile itself and look through the store, as long as nobody says otherwise.
    private static readonly TimeSpan LongestSettling = TimeSpan.FromSeconds(3);

    /// <summary>Measures.</summary>
    public async Task<ParkedDocument> RunAsync(CancellationToken cancellation)
    {
        var floor = await settings.WithDatabaseAsync(database => WatchAsync(database, cancellation), cancellation);
        settings.Tell($"w5 {settings.Kind}: over an empty store {floor.ResidentMegabytes:N1} MB, {floor.CpuPercent:N2} %");
        var measured = await settings.WithDatabaseAsync(
            async database =>
            {
                await FinishedRuns.AddAsync(database, BenchWorkflow.Parked(), parked, settings, cancellation);
                var idle = await WatchAsync(database, cancellation);
                return (Idle: idle, Due: due > 0 ? await new DueRuns(settings, due).MeasureAsync(database, cancellation) : null);
            },
            cancellation);
        settings.Tell($"w5 {settings.Kind}: over {parked:N0} parked runs "
            + $"{measured.Idle.ResidentMegabytes:N1} MB, {measured.Idle.CpuPercent:N2} %");
        return new ParkedDocument("w5", settings.Kind, parked, settings.Time.TotalSeconds, measured.Idle, floor, measured.Due);
    }

    private async Task<IdleFigures> WatchAsync(IBenchDatabase database, CancellationToken cancellation)
    {
        await using var connection = await database.ConnectAsync(cancellation);
        using var process = BenchProcess.Start(database.Address, [BenchWorker.Idle, "--store", settings.Kind]);
        await process.UntilSaysAsync(BenchWorker.Ready, cancellation);
        await Task.Delay(after ?? (settings.Time < LongestSettling ? settings.Time : LongestSettling), cancellation);
        var before = await database.CountAsync(cancellation);
        var processor = process.Processor;
        await Task.Delay(settings.Time, cancellation);
        var used = process.Processor - processor;
        var done = await database.CountAsync(cancellation) - before;
        var resident = process.ResidentBytes;
        await process.EndAsync(cancellation);
        return new IdleFigures(
            Math.Round(resident / Megabyte, 1),
            Math.Round(used / settings.Time * 100, 2),
            done.Processor is { } server ? Math.Round(server / settings.Time * 100, 2) : null);
    }
}
