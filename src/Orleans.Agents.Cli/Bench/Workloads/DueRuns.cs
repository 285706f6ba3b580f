using System.Data.Common;
using Orleans.Agents.Cli.Bench.Databases;
using Orleans.Agents.Cli.Bench.Workers;
using Orleans.Agents.Cli.Documents;

namespace Orleans.Agents.Cli.Bench.Workloads;

/// <summary>The other half of W5: parked runs that are all due at one moment, and several processes that may wake them.</summary>
internal sealed class DueRuns(BenchSettings settings, int due)
{
    private const int Processes = 3;

    // The processes must be there, and done with looking around, when the moment comes.
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(10);

    /// <summary>Measures.</summary>
    public async Task<DueFigures> MeasureAsync(IBenchDatabase database, CancellationToken cancellation)
    {
        var moment = DateTimeOffset.UtcNow + Ahead;
        var workflow = BenchWorkflow.Due(moment);
        await FinishedRuns.AddAsync(database, workflow, due, settings, cancellation);
        await using var connection = await database.ConnectAsync(cancellation);
        var processes = Enumerable.Range(0, Processes)
            .Select(_ => BenchProcess.Start(database.Address, [BenchWorker.Idle, "--store", settings.Kind]))
            .ToList();
        try
        {
            foreach (var process in processes)
            {
                await process.UntilSaysAsync(BenchWorker.Ready, cancellation);
            }

            var isInTime = DateTimeOffset.UtcNow < moment;
            var (first, last) = await WatchAsync(connection, workflow.Name, moment, cancellation);
            foreach (var process in processes)
            {
                await process.EndAsync(cancellation);
            }

            var fired = await FiredAsync(database, connection, workflow.Name, cancellation);
            return new DueFigures(due, Processes, isInTime, Seconds(first), Seconds(last), fired - due);
        }
        finally
        {
            processes.ForEach(process => process.Dispose());
        }
    }

    // By this process's clock and SQL of its own: when the ends of the first and of the last are there to be read.
    private async Task<(TimeSpan First, TimeSpan Last)> WatchAsync(
        DbConnection connection, string workflow, DateTimeOffset moment, CancellationToken cancellation)
    {
        TimeSpan? first = null;
        while (DateTimeOffset.UtcNow < moment + Patience)
        {
            await Task.Delay(BetweenLooks, cancellation);
            var ended = await connection.NumberAsync(
                "select count(*) from runs where workflow = @workflow and status = 'succeeded'",
                cancellation,
                ("@workflow", workflow));
            var late = DateTimeOffset.UtcNow - moment;
            first ??= ended > 0 ? late : null;
            if (ended >= due)
            {
                return (first ?? late, late);
            }
        }

        throw new InvalidOperationException($"Not all of {due:N0} runs ended within {Patience.TotalSeconds:N0} s of being due.");
    }

    // A wait that fired twice would have left its state twice.
    private static async Task<int> FiredAsync(
        IBenchDatabase database, DbConnection connection, string workflow, CancellationToken cancellation)
    {
        var events = await connection.TextsAsync(
            $"select {database.EventsText} from appends a join runs r on r.run = a.run where r.workflow = @workflow",
            cancellation,
            ("@workflow", workflow));
        return events.Sum(text => text.Split("\"state.left\"").Length - 1);
    }

    private static double Seconds(TimeSpan time) => Math.Round(time.TotalSeconds, 3);
}
