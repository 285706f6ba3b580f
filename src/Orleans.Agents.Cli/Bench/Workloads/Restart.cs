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

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(2);

    /// <summary>Measures.</summary>
    public Task<RestartDocument> RunAsync(CancellationToken cancellation) =>
        settings.WithDatabaseAsync(database => MeasureAsync(database, cancellation), cancellation);

    private async Task<RestartDocument> MeasureAsync(IBenchDatabase database, CancellationToken cancellation)
    {
        var effects = Path.GetTempFileName();
        try
        {
            await RunHalfAsync(database, effects, cancellation);
            var took = await TimeAsync(database, BenchWorker.TakeOver, effects, cancellation);
            settings.Tell($"w4 {settings.Kind}: all done {took.TotalSeconds:N2} s after the restart");
            var floor = await TimeAsync(database, BenchWorker.Floor, effects, cancellation);
            return await JudgeAsync(database, effects, took, floor, cancellation);
        }
        finally
        {
            File.Delete(effects);
        }
    }

    private async Task RunHalfAsync(IBenchDatabase database, string effects, CancellationToken cancellation)
    {
        var half = runs * BenchWorkflow.SleepingSequence().StepsPerRun / 2;
        using var first = BenchProcess.Start(database.Address, JobOf(BenchWorker.Start, effects));
        while (LinesOf(effects) < half)
        {
            if (first.HasEnded)
            {
                throw new InvalidOperationException("The process that was to be killed half-way ended by itself.");
            }

            await Task.Delay(LookAgain, cancellation);
        }

        await first.KillAsync();
        settings.Tell($"w4 {settings.Kind}: killed a process with {runs:N0} runs after {LinesOf(effects):N0} steps");
    }

    private async Task<TimeSpan> TimeAsync(
        IBenchDatabase database, string job, string effects, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        using var second = BenchProcess.Start(database.Address, JobOf(job, effects));
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
            await recorded.CarriedOutAgainAsync(cancellation),
            carriedOut - await recorded.CountAsync(cancellation),
            Math.Round(floor.TotalSeconds, 3),
            Math.Round(took / floor, 2));
    }

    private string[] JobOf(string job, string effects) =>
    [
        job,
        "--store", settings.Kind,
        "--runs", BenchProcess.Number(runs),
        "--lanes", BenchProcess.Number(lanes),
        "--effects", effects,
    ];

    private static int LinesOf(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var buffer = new byte[64 * 1024];
        var lines = 0;
        while (stream.Read(buffer) is > 0 and var count)
        {
            lines += buffer.AsSpan(0, count).Count((byte)'\n');
        }

        return lines;
    }
}
