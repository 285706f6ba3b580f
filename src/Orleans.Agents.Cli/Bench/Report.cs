using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Orleans.Agents.Cli.Documents;

namespace Orleans.Agents.Cli.Bench;

/// <summary>What a workload found, for programs and for people.</summary>
/// <param name="WriteTo">Writes it as one JSON object.</param>
/// <param name="Table">It as a table.</param>
internal sealed record Report(Action<Utf8JsonWriter> WriteTo, string Table)
{
    private static readonly ImmutableArray<string> Head = ["", "MEASURED", "FLOOR", "RATIO"];

    /// <summary>The report of sequential steps.</summary>
    public static Report Of(StepsDocument found) => Of(
        json => JsonSerializer.Serialize(json, found, BenchJson.Default.StepsDocument),
        $"{found.Workload} on {found.Store}: {found.RunsAtOnce} runs at once, {found.Lanes} lanes, "
            + $"{found.RunsInStore:N0} runs in the store before",
        from line in LinesOf(found.Measured).Zip(LinesOf(found.Floor), LinesOf(found.RatioToFloor))
        select Row(line.First.Name, line.First.Value, line.Second.Value, line.Third.Value));

    /// <summary>The report of a kill and a restart.</summary>
    public static Report Of(RestartDocument found) => Of(
        json => JsonSerializer.Serialize(json, found, BenchJson.Default.RestartDocument),
        $"{found.Workload} on {found.Store}: {found.Runs:N0} runs, {found.Lanes} lanes",
        [
            Row("steps durable before the kill", found.StepsBeforeKill),
            Row("restart to all done, s", found.RestartToDoneSeconds, found.FloorRestartToDoneSeconds, found.RatioToFloor),
            Row("lost runs", found.LostRuns),
            Row("recorded steps run again", found.RecordedStepsRunAgain),
            Row("unrecorded steps run again", found.UnrecordedStepsRunAgain),
            .. found.Standby is { } standby
                ? LinesOf("a kill", standby.Killed).Concat(LinesOf("a stop", standby.Stopped))
                : [],
        ]);

    /// <summary>The report of parked runs; the floor is an empty store.</summary>
    public static Report Of(ParkedDocument found) => Of(
        json => JsonSerializer.Serialize(json, found, BenchJson.Default.ParkedDocument),
        $"{found.Workload} on {found.Store}: {found.ParkedRuns:N0} parked runs, watched for {found.Seconds:N0} s",
        [
            Row("resident memory, MB", found.Measured.ResidentMegabytes, found.Floor.ResidentMegabytes),
            Row("processor, % of a core", found.Measured.CpuPercent, found.Floor.CpuPercent),
            Row("database's processor, %", found.Measured.DatabaseCpuPercent, found.Floor.DatabaseCpuPercent),
            .. found.Due is { } due ? LinesOf(due) : [],
        ]);

    private static Report Of(
        Action<Utf8JsonWriter> write, string title, IEnumerable<ImmutableArray<string>> rows) =>
        new(write, $"{title}\n{TextTable.Of(Head, rows)}");

    private static IEnumerable<(string Name, double? Value)> LinesOf(StepFigures figures) =>
    [
        ("steps/s", figures.StepsPerSecond),
        ("runs/s", figures.RunsPerSecond),
        ("a run alone, p50 ms", figures.RunAloneP50Ms),
        ("a run alone, p99 ms", figures.RunAloneP99Ms),
        ("engine CPU s per 1,000 steps", figures.EngineCpuSeconds),
        ("database CPU s per 1,000 steps", figures.DatabaseCpuSeconds),
        ("allocated bytes per step", figures.AllocatedBytesPerStep),
        ("event bytes per step", figures.EventBytesPerStep),
        ("appends per step", figures.AppendsPerStep),
        ("commits per step", figures.CommitsPerStep),
        ("flushes per step", figures.FlushesPerStep),
        ("WAL bytes per step", figures.WalBytesPerStep),
        ("written bytes per step", figures.WrittenBytesPerStep),
        ("resident memory after a quarter, MB", figures.ResidentMegabytesEarly),
        ("resident memory at the end, MB", figures.ResidentMegabytesLate),
    ];

    private static IEnumerable<ImmutableArray<string>> LinesOf(string end, TakeoverFigures found) =>
    [
        Row($"after {end}: runs taken over", found.Runs),
        Row($"after {end}: the first went on, s", found.FirstCarriedSeconds),
        Row($"after {end}: the last went on, s", found.LastCarriedSeconds),
        Row($"after {end}: all done, s", found.AllDoneSeconds),
        Row($"after {end}: recorded steps run again", found.RecordedStepsRunAgain),
    ];

    private static IEnumerable<ImmutableArray<string>> LinesOf(DueFigures due) =>
    [
        Row("runs due at one moment", due.Runs),
        Row("processes that may wake them", due.Processes),
        Row("the first ended, s late", due.FirstLateSeconds),
        Row("the last ended, s late", due.LastLateSeconds),
        Row("waits that ended again", due.FiredAgain),
    ];

    private static ImmutableArray<string> Row(string name, double? measured, double? floor = null, double? ratio = null) =>
        [name, Text(measured), Text(floor), Text(ratio)];

    private static string Text(double? figure) =>
        figure?.ToString(figure >= 1_000 ? "N0" : "0.####", CultureInfo.InvariantCulture) ?? "-";
}
