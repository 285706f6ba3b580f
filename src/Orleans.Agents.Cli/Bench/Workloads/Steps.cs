using Orleans.Agents.Cli.Bench.Databases;
using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli.Bench.Workloads;

/// <summary>W1 and W2: runs of durable steps, many runs at once and one alone.</summary>
/// <param name="settings">What every workload is told.</param>
/// <param name="shape">Which of the two.</param>
/// <param name="plan">What this one is told.</param>
internal sealed class Steps(BenchSettings settings, StepsShape shape, StepsPlan plan)
{
    private const int FewestLanes = 64;
    private const int MostLanes = 1_000;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    private readonly BenchWorkflow workflow = shape.Workflow;

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
        await CarryAsync(database, marks, shape.Concurrencies[^1], WarmUp, cancellation);

        var alone = await CarryAsync(database, marks, runsAtOnce: 1, settings.Time, cancellation);
        settings.Tell($"{shape.Name} {settings.Kind}: a run alone takes {alone.Percentile(0.5):N2} ms");
        var tried = new List<Load>();
        foreach (var concurrency in plan.RunsAtOnce is { } only ? [only] : shape.Concurrencies)
        {
            var load = await CarryAsync(database, marks, concurrency, settings.Time, cancellation);
            settings.Tell($"{shape.Name} {settings.Kind}: {concurrency,5} runs at once, {load.StepsPerSecond,9:N0} steps/s");
            tried.Add(load);
        }

        var best = tried.MaxBy(l => l.StepsPerSecond)!;
        var floor = await MeasureFloorAsync(database, shape.Floor, cancellation);
        var floorAlone = await MeasureFloorAsync(database, shape.FloorAlone, cancellation);
        settings.Tell(
            $"{shape.Name} {settings.Kind}: the floor is {floor.StepsPerSecond:N0} steps/s, "
            + $"alone {floorAlone.Percentile(0.5):N2} ms");
        if (plan.Acknowledged is not null)
        {
            settings.Tell($"the database is kept; 'agents bench check {plan.Acknowledged} --remove' compares and removes it");
        }

        var measured = best.Figures(alone);
        var bare = floor.Figures(floorAlone);
        return new StepsDocument(
            shape.Name,
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
    private int LanesOf(int runsAtOnce) =>
        plan.Lanes ?? Math.Clamp(runsAtOnce * workflow.StepsAtOnce, FewestLanes, Math.Max(MostLanes, runsAtOnce));

    private async Task<Load> CarryAsync(
        IBenchDatabase database, MarkFile? marks, int runsAtOnce, TimeSpan time, CancellationToken cancellation)
    {
        var options = new EngineOptions { Lanes = LanesOf(runsAtOnce) };
        Meter? meter = null;
        try
        {
            IReadOnlyList<double> took;
            MemoryUse memory;
            await using (var engine = await BenchEngine.StartAsync(database, workflow, options, settings.Streams))
            {
                marks?.Follow(engine.Engine);
                meter = await Meter.StartAsync(database, cancellation);
                var early = EarlyMemoryAsync(time / 4, cancellation);
                took = await engine.CarryAsync(runsAtOnce, time, cancellation);
                meter.Stop();
                memory = new MemoryUse(await early, MemoryUse.Now);
            }

            return new Load(runsAtOnce, workflow.StepsPerRun, took, await meter.ReadAsync(cancellation), memory);
        }
        finally
        {
            await (meter?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    private static async Task<double> EarlyMemoryAsync(TimeSpan after, CancellationToken cancellation)
    {
        await Task.Delay(after, cancellation);
        return MemoryUse.Now;
    }

    private async Task<Load> MeasureFloorAsync(
        IBenchDatabase database, StepsFloor floor, CancellationToken cancellation)
    {
        await using var meter = await Meter.StartAsync(database, cancellation);
        var rounds = await database.MeasureFloorAsync(
            new FloorPlan(floor.RowsPerCommit, floor.CommitsPerRun, settings.Time), cancellation);
        meter.Stop();
        var took = rounds.SelectMany(r => Enumerable.Repeat(r, floor.RunsPerRound)).Order();
        return new Load(floor.RunsPerRound, workflow.StepsPerRun, [.. took], await meter.ReadAsync(cancellation));
    }
}

/// <summary>What a workload of steps is told.</summary>
/// <param name="RunsAtOnce">The only concurrency to measure; null to look for the best.</param>
/// <param name="Lanes">How many activities may be under way at once; null for as many as the runs can use, within reason.</param>
/// <param name="RunsInStore">How many finished runs are in the store before.</param>
/// <param name="Acknowledged">The file that is to hold a mark of each result that was said to be durable.</param>
internal sealed record StepsPlan(int? RunsAtOnce = null, int? Lanes = null, int RunsInStore = 0, string? Acknowledged = null);
