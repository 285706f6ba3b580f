using System.Diagnostics;

namespace Orleans.Agents.Benchmarks;

/// <summary>How fast something was done, and what one of it cost.</summary>
internal readonly record struct Figure(double PerSecond, TimeSpan Processor)
{
    /// <summary>Starts the watch; call the answer with how many were done.</summary>
    public static Func<long, Figure> Start()
    {
        var processor = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        return count => new Figure(
            count / Stopwatch.GetElapsedTime(start).TotalSeconds,
            (Environment.CpuUsage.TotalTime - processor) / count);
    }
}
