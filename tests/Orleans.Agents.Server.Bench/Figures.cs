using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orleans.Agents.Server.Bench;

/// <summary>
/// Runs of ten steps, started as quickly as starts are answered, until the last has ended. The host is <c>embedded</c>,
/// <c>silos</c> of one process, or <c>servers</c> that are asked over HTTP.
/// </summary>
internal sealed record LoadFigures(
    string Host, int Silos, int Runs, double Seconds, double RunsPerSecond, double StepsPerSecond)
{
    public string Workload { get; } = "cluster-load";
}

/// <summary>How long a start over HTTP takes, until it is durable and answered.</summary>
internal sealed record LatencyFigures(
    int Silos, int Callers, int Starts, double StartsPerSecond, double P50Ms, double P99Ms)
{
    public string Workload { get; } = "cluster-latency";
}

/// <summary>
/// What runs that wait for an hour cost the nodes: how many grains of runs there are, as Orleans counts them, and what each
/// node has resident and uses of a core. No runs at all are what that costs anyhow.
/// </summary>
internal sealed record ParkedFigures(
    int Silos,
    int ParkedRuns,
    int RunGrains,
    IReadOnlyList<double> ResidentMegabytes,
    IReadOnlyList<double> CpuPercent,
    double Seconds)
{
    public string Workload { get; } = "cluster-parked";
}

/// <summary>
/// From the death of all nodes at once, on the <c>same</c> addresses or on <c>new</c> ones: until the first gateway said that
/// it is ready, until each had, and until no run belonged to a node that is gone.
/// </summary>
internal sealed record ColdStartFigures(
    string Addresses,
    int Silos,
    int Runs,
    double FirstReadySeconds,
    double AllReadySeconds,
    double AllRunsGoingSeconds)
{
    public string Workload { get; } = "cluster-cold-start";
}

/// <summary>
/// From the moment in which a node was <c>killed</c> (SIGKILL), <c>frozen</c> (SIGSTOP) or <c>terminated</c> (SIGTERM): until none of its runs
/// belonged to it, and until another node had stored something of every one.
/// </summary>
internal sealed record TakeoverFigures(string Node, int Silos, int Runs, double AllClaimedSeconds, double AllGoingSeconds)
{
    public string Workload { get; } = "cluster-takeover";
}

/// <summary>
/// From the commit of events to their arrival at those who follow the run by Server-Sent Events: at its <c>own</c> node, which
/// carries it, or at an <c>other</c> one. An append counts once for each who follows.
/// </summary>
internal sealed record FollowFigures(string Node, int Runs, int Appends, double P50Ms, double P99Ms, double LongestMs)
{
    public string Workload { get; } = "cluster-follow";
}

/// <summary>
/// Very many followers at one node, divided among some runs: until all had joined, what each costs in memory and all in processor
/// while nothing happens, at first and later, and from asking that something happens to every run until all have been told.
/// </summary>
internal sealed record CrowdFigures(
    int Followers,
    int Runs,
    double JoinedSeconds,
    double ResidentMegabytes,
    double KilobytesPerFollower,
    double FirstIdleCpuPercent,
    double IdleCpuPercent,
    double ToldSeconds,
    double ToldCpuSeconds)
{
    public string Workload { get; } = "cluster-crowd";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LoadFigures))]
[JsonSerializable(typeof(LatencyFigures))]
[JsonSerializable(typeof(ParkedFigures))]
[JsonSerializable(typeof(ColdStartFigures))]
[JsonSerializable(typeof(TakeoverFigures))]
[JsonSerializable(typeof(FollowFigures))]
[JsonSerializable(typeof(CrowdFigures))]
internal sealed partial class FiguresJson : JsonSerializerContext
{
    /// <summary>Writes figures as one line, at once.</summary>
    public static void Print<TFigures>(TFigures figures) =>
        Console.Out.WriteLine(JsonSerializer.Serialize(figures, typeof(TFigures), Default));
}
