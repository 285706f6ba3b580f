using System.Data.Common;
using System.Diagnostics;
using Orleans.Agents.Cli.Bench.Databases;
using Orleans.Agents.Cli.Bench.Workers;
using Orleans.Agents.Cli.Documents;

namespace Orleans.Agents.Cli.Bench.Workloads;

/// <summary>
/// The other half of W4: the process that comes to its end half-way is not alone, and another that stands by takes the runs over.
/// </summary>
internal sealed class Standby(BenchSettings settings, int runs, int lanes)
{
    // In the order in which they take them: who stands by is there first.
    private const int EpochOfStandby = 1;
    private const int EpochOfCarrier = 2;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Measures both ends that a process can come to.</summary>
    public async Task<StandbyFigures> MeasureAsync(CancellationToken cancellation)
    {
        var killed = await settings.WithDatabaseAsync(
            database => MeasureAsync(database, process => process.Kill(), cancellation), cancellation);
        settings.Tell($"w4 {settings.Kind}: {killed.Runs:N0} runs taken over {killed.LastCarriedSeconds:N2} s after a kill");
        var stopped = await settings.WithDatabaseAsync(
            database => MeasureAsync(database, process => process.AskToEnd(), cancellation), cancellation);
        settings.Tell($"w4 {settings.Kind}: {stopped.Runs:N0} runs taken over {stopped.LastCarriedSeconds:N2} s after a stop");
        return new StandbyFigures(killed, stopped);
    }

    private async Task<TakeoverFigures> MeasureAsync(
        IBenchDatabase database, Action<BenchProcess> end, CancellationToken cancellation)
    {
        var halfDone = new HalfDoneRuns(settings.Kind, runs, lanes, Path.GetTempFileName());
        try
        {
            using var standby = BenchProcess.Start(database.Address, halfDone.JobOf(BenchWorker.StandBy));
            await standby.UntilSaysAsync(BenchWorker.Ready, cancellation);
            await using var connection = await database.ConnectAsync(cancellation);
            using var carrier = await halfDone.StartAsync(database, cancellation);
            var ended = Stopwatch.GetTimestamp();
            end(carrier);
            var times = await WatchAsync(connection, ended, cancellation);
            await carrier.UntilGoneAsync(cancellation);
            await standby.EndAsync(cancellation);
            return await JudgeAsync(database, halfDone.Effects, times, cancellation);
        }
        finally
        {
            File.Delete(halfDone.Effects);
        }
    }

    // By this process's clock and SQL of its own: a run goes on when the other process has stored something of it.
    private async Task<(TimeSpan First, TimeSpan Last, TimeSpan Done)> WatchAsync(
        DbConnection connection, long ended, CancellationToken cancellation)
    {
        TimeSpan? first = null;
        TimeSpan? last = null;
        while (Stopwatch.GetElapsedTime(ended) < Patience)
        {
            var seen = await connection.NumbersAsync(
                """
                select
                    count(case when taken > 0 then 1 end),
                    count(case when taken > 0 or status = 'succeeded' then 1 end),
                    count(case when status = 'succeeded' then 1 end)
                from (
                    select status, (select count(*) from appends a where a.run = r.run and a.epoch = @standby) as taken
                    from runs r where id like 'w4-%') seen
                """,
                cancellation,
                ("@standby", EpochOfStandby));
            var now = Stopwatch.GetElapsedTime(ended);
            first ??= seen[0] > 0 ? now : null;
            last ??= seen[1] >= runs ? now : null;
            if (seen[2] >= runs)
            {
                return (first ?? now, last ?? now, now);
            }

            await Task.Delay(BetweenLooks, cancellation);
        }

        throw new InvalidOperationException($"Not all of {runs:N0} runs ended within {Patience.TotalSeconds:N0} s of their process.");
    }

    private static async Task<TakeoverFigures> JudgeAsync(
        IBenchDatabase database, string effects, (TimeSpan First, TimeSpan Last, TimeSpan Done) times, CancellationToken cancellation)
    {
        await using var connection = await database.ConnectAsync(cancellation);
        var taken = await connection.NumberAsync(
            "select count(distinct run) from appends where epoch = @standby", cancellation, ("@standby", EpochOfStandby));
        await using var recorded = await RecordedResults.ReadAsync(database, cancellation);
        var carriedOut = await recorded.SayAsync(File.ReadLinesAsync(effects, cancellation), cancellation);
        return new TakeoverFigures(
            taken,
            Seconds(times.First),
            Seconds(times.Last),
            Seconds(times.Done),
            await recorded.CarriedOutAgainAsync(EpochOfCarrier, cancellation),
            carriedOut - await recorded.CountAsync(cancellation));
    }

    private static double Seconds(TimeSpan time) => Math.Round(time.TotalSeconds, 3);
}
