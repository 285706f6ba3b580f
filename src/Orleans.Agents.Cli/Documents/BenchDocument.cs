using System.Text.Json.Serialization;

namespace Orleans.Agents.Cli.Documents;

/// <summary>What a workload of sequential steps measured.</summary>
/// <param name="Workload">Its name.</param>
/// <param name="Store">The kind of database.</param>
/// <param name="RunsInStore">How many finished runs were in the store before.</param>
/// <param name="RunsAtOnce">The concurrency the figures were measured at: the best of those tried.</param>
/// <param name="Lanes">How many activities could be under way at once.</param>
/// <param name="Runs">How many runs ended while the figures were measured.</param>
/// <param name="Seconds">How long that took.</param>
/// <param name="Measured">The figures.</param>
/// <param name="Floor">The figures of the bare loop.</param>
/// <param name="RatioToFloor">The first divided by the second.</param>
/// <param name="Tried">The steps a second at each concurrency that was tried.</param>
internal sealed record StepsDocument(
    string Workload,
    string Store,
    int RunsInStore,
    int RunsAtOnce,
    int Lanes,
    int Runs,
    double Seconds,
    StepFigures Measured,
    StepFigures Floor,
    StepFigures RatioToFloor,
    IReadOnlyList<TriedConcurrency> Tried);

/// <summary>One concurrency, and how many steps a second it made.</summary>
internal sealed record TriedConcurrency(int RunsAtOnce, double StepsPerSecond);

/// <summary>How fast steps are, and what one costs; null where the platform or the database does not tell.</summary>
internal sealed record StepFigures
{
    public required double? StepsPerSecond { get; init; }

    public required double? RunsPerSecond { get; init; }

    public required double? RunAloneP50Ms { get; init; }

    public required double? RunAloneP99Ms { get; init; }

    [JsonPropertyName("engine_cpu_seconds_per_1000_steps")]
    public required double? EngineCpuSeconds { get; init; }

    [JsonPropertyName("database_cpu_seconds_per_1000_steps")]
    public required double? DatabaseCpuSeconds { get; init; }

    public required double? AllocatedBytesPerStep { get; init; }

    public required double? EventBytesPerStep { get; init; }

    public required double? AppendsPerStep { get; init; }

    public required double? CommitsPerStep { get; init; }

    public required double? FlushesPerStep { get; init; }

    public required double? WalBytesPerStep { get; init; }

    public required double? WrittenBytesPerStep { get; init; }

    /// <summary>Resident memory when a quarter of the time was over, in units of 1,048,576 bytes.</summary>
    public required double? ResidentMegabytesEarly { get; init; }

    /// <summary>The same at the end.</summary>
    public required double? ResidentMegabytesLate { get; init; }

    /// <summary>Each figure divided by its like.</summary>
    public static StepFigures operator /(StepFigures one, StepFigures other) => new()
    {
        StepsPerSecond = Ratio(one.StepsPerSecond, other.StepsPerSecond),
        RunsPerSecond = Ratio(one.RunsPerSecond, other.RunsPerSecond),
        RunAloneP50Ms = Ratio(one.RunAloneP50Ms, other.RunAloneP50Ms),
        RunAloneP99Ms = Ratio(one.RunAloneP99Ms, other.RunAloneP99Ms),
        EngineCpuSeconds = Ratio(one.EngineCpuSeconds, other.EngineCpuSeconds),
        DatabaseCpuSeconds = Ratio(one.DatabaseCpuSeconds, other.DatabaseCpuSeconds),
        AllocatedBytesPerStep = Ratio(one.AllocatedBytesPerStep, other.AllocatedBytesPerStep),
        EventBytesPerStep = Ratio(one.EventBytesPerStep, other.EventBytesPerStep),
        AppendsPerStep = Ratio(one.AppendsPerStep, other.AppendsPerStep),
        CommitsPerStep = Ratio(one.CommitsPerStep, other.CommitsPerStep),
        FlushesPerStep = Ratio(one.FlushesPerStep, other.FlushesPerStep),
        WalBytesPerStep = Ratio(one.WalBytesPerStep, other.WalBytesPerStep),
        WrittenBytesPerStep = Ratio(one.WrittenBytesPerStep, other.WrittenBytesPerStep),
        ResidentMegabytesEarly = Ratio(one.ResidentMegabytesEarly, other.ResidentMegabytesEarly),
        ResidentMegabytesLate = Ratio(one.ResidentMegabytesLate, other.ResidentMegabytesLate),
    };

    // Nothing divided by nothing says nothing, and has no form in JSON.
    private static double? Ratio(double? one, double? other) => other is null or 0 || one is null ? null : Math.Round(one.Value / other.Value, 3);
}

/// <summary>What became of runs whose process was killed.</summary>
/// <param name="Workload">Its name.</param>
/// <param name="Store">The kind of database.</param>
/// <param name="Runs">How many runs were under way.</param>
/// <param name="Lanes">How many activities could be under way at once.</param>
/// <param name="StepsBeforeKill">How many results were durable when the process was gone.</param>
/// <param name="RestartToDoneSeconds">From starting the second process until the last run had ended.</param>
/// <param name="LostRuns">Runs that did not end well.</param>
/// <param name="RecordedStepsRunAgain">Steps whose result was durable and which were run again all the same.</param>
/// <param name="UnrecordedStepsRunAgain">Steps that were run before the kill and whose result was not durable.</param>
/// <param name="FloorRestartToDoneSeconds">The same for a process that only writes the rows, step after step.</param>
/// <param name="RatioToFloor">The one divided by the other.</param>
internal sealed record RestartDocument(
    string Workload,
    string Store,
    int Runs,
    int Lanes,
    long StepsBeforeKill,
    double RestartToDoneSeconds,
    long LostRuns,
    long RecordedStepsRunAgain,
    long UnrecordedStepsRunAgain,
    double FloorRestartToDoneSeconds,
    double RatioToFloor)
{
    /// <summary>What became of the runs of a process that had another beside it.</summary>
    public StandbyFigures? Standby { get; init; }
}

/// <summary>What another process does that stood by when one came to its end half-way.</summary>
/// <param name="Killed">After SIGKILL.</param>
/// <param name="Stopped">After a stop that hands the runs over.</param>
internal sealed record StandbyFigures(TakeoverFigures Killed, TakeoverFigures Stopped);

/// <summary>How soon runs went on elsewhere. All times are from the moment the first process was told to end, or was killed.</summary>
/// <param name="Runs">How many went on elsewhere.</param>
/// <param name="FirstCarriedSeconds">Until the other process had stored something of one of them.</param>
/// <param name="LastCarriedSeconds">Until it had of every one.</param>
/// <param name="AllDoneSeconds">Until the last had ended.</param>
/// <param name="RecordedStepsRunAgain">Steps whose result was durable and which were run again all the same.</param>
/// <param name="UnrecordedStepsRunAgain">Steps that were run and whose result was not durable in time.</param>
internal sealed record TakeoverFigures(
    long Runs,
    double FirstCarriedSeconds,
    double LastCarriedSeconds,
    double AllDoneSeconds,
    long RecordedStepsRunAgain,
    long UnrecordedStepsRunAgain);

/// <summary>What runs cost that wait.</summary>
/// <param name="Workload">Its name.</param>
/// <param name="Store">The kind of database.</param>
/// <param name="ParkedRuns">How many runs waited for an hour.</param>
/// <param name="Seconds">How long the process was watched.</param>
/// <param name="Measured">A fresh process over them.</param>
/// <param name="Floor">A fresh process over an empty store.</param>
/// <param name="Due">What became of the ones that were due at one moment; null where none were.</param>
internal sealed record ParkedDocument(
    string Workload,
    string Store,
    int ParkedRuns,
    double Seconds,
    IdleFigures Measured,
    IdleFigures Floor,
    DueFigures? Due)
{
    /// <summary>How much more memory the runs cost.</summary>
    public double MoreMegabytes => Math.Round(Measured.ResidentMegabytes - Floor.ResidentMegabytes, 2);
}

/// <summary>What an idle process costs.</summary>
/// <param name="ResidentMegabytes">Its resident memory, in units of 1,048,576 bytes.</param>
/// <param name="CpuPercent">Its processor time, in per cent of one core.</param>
/// <param name="DatabaseCpuPercent">The same of the database's processes, where they are on this machine.</param>
internal sealed record IdleFigures(double ResidentMegabytes, double CpuPercent, double? DatabaseCpuPercent);

/// <summary>How late runs were that were all due at one moment.</summary>
/// <param name="Runs">How many.</param>
/// <param name="Processes">How many processes shared the store.</param>
/// <param name="ProcessesWereReady">Whether they were there before the moment came; else the figures say less.</param>
/// <param name="FirstLateSeconds">From the moment until the first end could be read.</param>
/// <param name="LastLateSeconds">From the moment until the last end could be read.</param>
/// <param name="FiredAgain">How many waits ended more than once, by SQL over the journal.</param>
internal sealed record DueFigures(
    int Runs, int Processes, bool ProcessesWereReady, double FirstLateSeconds, double LastLateSeconds, int FiredAgain);

/// <summary>Whether the journal has every result that the engine said was durable.</summary>
/// <param name="Acknowledged">How many marks the file has.</param>
/// <param name="Recorded">How many results the journal has.</param>
/// <param name="Missing">How many marked results the journal does not have.</param>
internal sealed record CheckedDocument(long Acknowledged, long Recorded, long Missing);
