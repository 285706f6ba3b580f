using System.Globalization;

namespace Orleans.Agents.Cli.Progress;

/// <summary>Times as people read them.</summary>
internal static class Durations
{
    /// <summary>Such as <c>12ms</c>, <c>3.4s</c>, <c>2m05s</c>, <c>1h30m</c>, <c>3d04h</c>.</summary>
    public static string TextOf(TimeSpan time)
    {
        var invariant = CultureInfo.InvariantCulture;
        return time switch
        {
            { TotalSeconds: < 1 } => string.Create(invariant, $"{Math.Max(0, time.TotalMilliseconds):0}ms"),
            { TotalSeconds: < 60 } => string.Create(invariant, $"{Math.Floor(time.TotalSeconds * 10) / 10:0.0}s"),
            { TotalHours: < 1 } => string.Create(invariant, $"{time.Minutes}m{time.Seconds:00}s"),
            { TotalDays: < 1 } => string.Create(invariant, $"{time.Hours}h{time.Minutes:00}m"),
            _ => string.Create(invariant, $"{(int)time.TotalDays}d{time.Hours:00}h"),
        };
    }
}
