using Orleans.Agents.Cli.Bench.Databases;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli.Bench;

/// <summary>Fills a store with runs that nobody will carry again: one is run by an engine, the others are its copies.</summary>
internal static class FinishedRuns
{
    // What is copied is a run that was put down, however soon it is due.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);

    /// <summary>Adds so many runs of a workflow, as they are when an engine is done with them for now.</summary>
    public static async Task AddAsync(
        IBenchDatabase database, BenchWorkflow workflow, int count, BenchSettings settings, CancellationToken cancellation)
    {
        if (count == 0)
        {
            return;
        }

        settings.Tell($"filling the store with {count:N0} runs of '{workflow.Name}'");
        var first = new RunId($"{workflow.Name}-first");
        var options = new EngineOptions { ParkAfter = ShortestWait };
        await using (var engine = await BenchEngine.StartAsync(database, workflow, options, settings.Streams))
        {
            await engine.StartRunAsync(first);
            if (workflow.StepsPerRun > 0)
            {
                await engine.Engine.WaitForEndAsync(first, cancellation);
            }
        }

        await database.CopyRunAsync(new RunCopies(first.Value, count - 1, $"{workflow.Name}-copy-"), cancellation);
    }
}
