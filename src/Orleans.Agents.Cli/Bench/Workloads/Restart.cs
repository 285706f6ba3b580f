using System.Diagnostics;
using Orleans.Agents.Cli.Bench.Databases;
using Orleans.Agents.Cli.Bench.Workers;
using Orleans.Agents.Cli.Documents;

namespace Orleans.Agents.Cli.Bench.Workloads;

/// <summary>
/// W4: runs of ten steps of 20 ms in another process, which is killed half-way; then how long a second process needs from its
/// start until the last run has ended, and what was lost or run again.
/// </summary>
internal sealed class Restart(BenchSettings settings, int runs, int lanes)
{
    // The first process takes the first epoch of the database.
    private const int FirstEpoch = 1;

    /// <summary>Measures.</summary>
    public async Task<RestartDocument> RunAsync(CancellationToken cancellation)
    {
        var restart = await settings.WithDatabaseAsync(database => MeasureAsync(database, cancellation), cancellation);
        return restart with { Standby = await new Standby(settings, runs, lanes).MeasureAsync(cancellation) };
    }

    private async Task<RestartDocument> MeasureAsync(IBenchDatabase database, CancellationToken cancellation)
    {
        var halfDone = new HalfDoneRuns(settings.Kind, runs, lanes, Path.GetTempFileName());
        try
        {
            using (var first = await halfDone.StartAsync(database, cancellation))
            {
                await first.KillAsync();
            }

            settings.Tell($"w4 {settings.Kind}: killed a process with {runs:N0} runs after {halfDone.EffectsSoFar:N0} steps");
            var took = await TimeAsync(database, halfDone.JobOf(BenchWorker.TakeOver), cancellation);
            settings.Tell($"w4 {settings.Kind}: all done {took.TotalSeconds:N2} s after the restart");
            var floor = await TimeAsync(database, halfDone.JobOf(BenchWorker.Floor), cancellation);
            return await JudgeAsync(database, halfDone.Effects, took, floor, cancellation);
        }
        finally
        {
            File.Delete(halfDone.Effects);
        }
    }

    private static async Task<TimeSpan> TimeAsync(IBenchDatabase database, string[] job, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        using var second = BenchProcess.Start(database.Address, job);
        await second.UntilSaysAsync(BenchWorker.Done, cancellation);
        var took = Stopwatch.GetElapsedTime(start);
        await second.EndAsync(cancellation);
        return took;
    }

    private async Task<RestartDocument> JudgeAsync(
        IBenchDatabase database, string effects, TimeSpan took, TimeSpan floor, CancellationToken cancellation)
    {
        await using var connection = await database.ConnectAsync(cancellation);
        var ended = await connection.NumberAsync(
            "select count(*) from runs where status = 'succeeded' and id like 'w4-%'", cancellation);
        await using var recorded = await RecordedResults.ReadAsync(database, cancellation);
        var carriedOut = await recorded.SayAsync(File.ReadLinesAsync(effects, cancellation), cancellation);
        return new RestartDocument(
            "w4",
            settings.Kind,
            runs,
            lanes,
            await recorded.CountAsync(cancellation, FirstEpoch),
            Math.Round(took.TotalSeconds, 3),
            runs - ended,
            await recorded.CarriedOutAgainAsync(FirstEpoch, cancellation),
            carriedOut - await recorded.CountAsync(cancellation),
            Math.Round(floor.TotalSeconds, 3),
            Math.Round(took / floor, 2));
    }
}
