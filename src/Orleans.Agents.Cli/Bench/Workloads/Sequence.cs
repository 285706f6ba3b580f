using Orleans.Agents.Cli.Bench.Databases;
using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli.Bench.Workloads;

/// <summary>W1: runs of ten sequential durable steps, many at once and one alone.</summary>
/// <param name="settings">What every workload is told.</param>
/// <param name="plan">What this one is told.</param>
internal sealed class Sequence(BenchSettings settings, SequencePlan plan)
{
    private const int LanesAlone = 64;

    // As many as a store puts into one commit.
    private const int FloorRunsAtOnce = 256;

    private static readonly int[] Concurrencies = [1, 16, 64, 128, 256, 512, 1_000];

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    private readonly BenchWorkflow workflow = BenchWorkflow.Sequence();

    /// <summary>Measures.</summary>
    public Task<StepsDocument> RunAsync(CancellationToken cancellation)
    {
        if (plan.Acknowledged is { } path && File.Exists(path))
        {
            throw CommandException.Usage($"{path} exists; marks about two databases would be mixed in it.");
        }

        return settings.WithDatabaseAsync(
            database => MeasureAsync(database, cancellation), cancellation, keep: plan.Acknowledged is not null);
    }

    private async Task<StepsDocument> MeasureAsync(IBenchDatabase database, CancellationToken cancellation)
    {
        using var marks = plan.Acknowledged is { } path ? MarkFile.Start(path, database.Address) : null;
        await FinishedRuns.AddAsync(database, workflow, plan.RunsInStore, settings, cancellation);
        await CarryAsync(database, marks, Concurrencies[^1], WarmUp, cancellation);

        var alone = await CarryAsync(database, marks, runsAtOnce: 1, settings.Time, cancellation);
        settings.Tell($"w1 {settings.Kind}: a run alone takes {alone.Percentile(0.5):N2} ms");
        var tried = new List<Load>();
        foreach (var concurrency in plan.RunsAtOnce is { } only ? [only] : Concurrencies)
        {
            var load = await CarryAsync(database, marks, concurrency, settings.Time, cancellation);
            settings.Tell($"w1 {settings.Kind}: {concurrency,5} runs at once, {load.StepsPerSecond,9:N0} steps/s");
            tried.Add(load);
        }

        var best = tried.MaxBy(l => l.StepsPerSecond)!;
        var floor = await MeasureFloorAsync(database, FloorRunsAtOnce, cancellation);
        var floorAlone = await MeasureFloorAsync(database, runsAtOnce: 1, cancellation);
        settings.Tell($"w1 {settings.Kind}: the floor is {floor.StepsPerSecond:N0} steps/s, alone {floorAlone.Percentile(0.5):N2} ms");
        if (plan.Acknowledged is not null)
        {
            settings.Tell($"the database is kept; 'agents bench check {plan.Acknowledged} --remove' compares and removes it");
        }

        var measured = best.Figures(alone);
        var bare = floor.Figures(floorAlone);
        return new StepsDocument(
            "w1",
            settings.Kind,
            plan.RunsInStore,
            best.RunsAtOnce,
            LanesOf(best.RunsAtOnce),
            best.Took.Count,
            Math.Round(best.Cost.Time.TotalSeconds, 3),
            measured,
            bare,
            measured / bare,
            [.. tried.Select(t => new TriedConcurrency(t.RunsAtOnce, Math.Round(t.StepsPerSecond)))]);
    }

    // A lane is held until its result is durable, so with fewer lanes than runs it is the lanes that are measured.
    private int LanesOf(int runsAtOnce) => plan.Lanes ?? Math.Max(LanesAlone, runsAtOnce);

    private async Task<Load> CarryAsync(
        IBenchDatabase database, MarkFile? marks, int runsAtOnce, TimeSpan time, CancellationToken cancellation)
    {
        var options = new EngineOptions { Lanes = LanesOf(runsAtOnce) };
        Meter? meter = null;
        try
        {
            IReadOnlyList<double> took;
            await using (var engine = await BenchEngine.StartAsync(database, workflow, options, settings.Streams))
            {
                marks?.Follow(engine.Engine);
                meter = await Meter.StartAsync(database, cancellation);
                took = await engine.CarryAsync(runsAtOnce, time, cancellation);
                meter.Stop();
            }

            return new Load(runsAtOnce, workflow.StepsPerRun, took, await meter.ReadAsync(cancellation));
        }
        finally
        {
            await (meter?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    private async Task<Load> MeasureFloorAsync(IBenchDatabase database, int runsAtOnce, CancellationToken cancellation)
    {
        await using var meter = await Meter.StartAsync(database, cancellation);
        var rounds = await database.MeasureFloorAsync(
            new FloorPlan(runsAtOnce, workflow.StepsPerRun, settings.Time), cancellation);
        meter.Stop();
        var took = rounds.SelectMany(r => Enumerable.Repeat(r, runsAtOnce)).Order();
        return new Load(runsAtOnce, workflow.StepsPerRun, [.. took], await meter.ReadAsync(cancellation));
    }
}

/// <summary>What the workload of sequential steps is told.</summary>
/// <param name="RunsAtOnce">The only concurrency to measure; null to look for the best.</param>
/// <param name="Lanes">How many activities may be under way at once; null for one a run, and 64 at least.</param>
/// <param name="RunsInStore">How many finished runs are in the store before.</param>
/// <param name="Acknowledged">The file that is to hold a mark of each result that was said to be durable.</param>
internal sealed record SequencePlan(
    int? RunsAtOnce = null, int? Lanes = null, int RunsInStore = 0, string? Acknowledged = null);
