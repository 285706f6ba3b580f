using Orleans.Agents.Cli.Documents;

namespace Orleans.Agents.Cli.Bench.Workloads;

/// <summary>Some runs at once, measured for a while.</summary>
/// <param name="RunsAtOnce">How many.</param>
/// <param name="StepsPerRun">How many steps each had.</param>
/// <param name="Took">How long each run took in milliseconds, shortest first.</param>
/// <param name="Cost">What all of them cost.</param>
/// <param name="Memory">What memory they took; null where it was not looked at.</param>
internal sealed record Load(int RunsAtOnce, int StepsPerRun, IReadOnlyList<double> Took, Measurement Cost, MemoryUse? Memory = null)
{
    /// <summary>How many steps became durable in a second.</summary>
    public double StepsPerSecond => Steps / Cost.Time.TotalSeconds;

    private double Steps => (double)Took.Count * StepsPerRun;

    /// <summary>The time that this share of the runs did not need more than.</summary>
    public double Percentile(double share) => Took[Math.Max(0, (int)Math.Ceiling(share * Took.Count) - 1)];

    /// <summary>The figures of this load, beside those of a run that was alone.</summary>
    public StepFigures Figures(Load alone) => new()
    {
        StepsPerSecond = Math.Round(StepsPerSecond),
        RunsPerSecond = Math.Round(StepsPerSecond / StepsPerRun),
        RunAloneP50Ms = Math.Round(alone.Percentile(0.5), 3),
        RunAloneP99Ms = Math.Round(alone.Percentile(0.99), 3),
        EngineCpuSeconds = PerStep(Cost.Processor.TotalSeconds * 1_000, digits: 5),
        DatabaseCpuSeconds = Cost.Store.Processor is { } used ? PerStep(used.TotalSeconds * 1_000, digits: 5) : null,
        AllocatedBytesPerStep = PerStep(Cost.AllocatedBytes, digits: 0),
        EventBytesPerStep = PerStep(Cost.EventBytes, digits: 0),
        AppendsPerStep = PerStep(Cost.Appends, digits: 4),
        CommitsPerStep = PerStep(Cost.Store.Commits, digits: 4),
        FlushesPerStep = PerStep(Cost.Store.Flushes, digits: 4),
        WalBytesPerStep = PerStep(Cost.Store.WalBytes, digits: 0),
        WrittenBytesPerStep = PerStep(Cost.Store.WrittenBytes, digits: 0),
        ResidentMegabytesEarly = Memory?.Early,
        ResidentMegabytesLate = Memory?.Late,
    };

    private double? PerStep(double? whole, int digits) =>
        whole is { } known ? Math.Round(known / Steps, digits) : null;
}

/// <summary>Resident memory of this process while it worked, in units of 1,048,576 bytes.</summary>
/// <param name="Early">After a quarter of the time.</param>
/// <param name="Late">At the end.</param>
internal readonly record struct MemoryUse(double Early, double Late)
{
    private const double Megabyte = 1_048_576;

    /// <summary>What is resident now.</summary>
    public static double Now => Math.Round(Environment.WorkingSet / Megabyte, 1);
}
