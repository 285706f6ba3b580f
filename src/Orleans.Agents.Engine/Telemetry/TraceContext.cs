using System.Diagnostics;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Telemetry;

/// <summary>Where the trace of a run comes from, and how it goes on in other processes.</summary>
internal static class TraceContext
{
    /// <summary>
    /// The span that starts something: the one that is named, if it is one, or else the caller's own. What somebody only
    /// made for its logs, as web servers do, is no span: nobody will ever see it.
    /// </summary>
    public static string? OfStarter(string? named) =>
        named is not null && ActivityContext.TryParse(named, null, out _) ? named
        : Activity.Current is { IdFormat: ActivityIdFormat.W3C, Source.Name.Length: > 0 } own ? own.Id
        : null;

    /// <summary>
    /// The span that all spans of a run hang below. A run that began when nobody watched has none: its trace is then named by
    /// its correlation id, so that all who carry it and its children are in one.
    /// </summary>
    public static ActivityContext Of(RunOrigin origin) =>
        Parse(origin.Traceparent) is var context && context != default ? context
        : origin.CorrelationId == Guid.Empty ? default
        : new ActivityContext(
            ActivityTraceId.CreateFromString(origin.CorrelationId.ToString("n")),
            default,
            ActivityTraceFlags.Recorded,
            isRemote: true);

    /// <summary>A span in W3C's form; null when there is none.</summary>
    public static string? Write(ActivityContext span) => span == default
        ? null
        : $"00-{span.TraceId}-{span.SpanId}-{(span.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? "01" : "00")}";

    /// <summary>A span of another process, in W3C's form; none when it is in no such form.</summary>
    public static ActivityContext Parse(string? traceparent) =>
        ActivityContext.TryParse(traceparent, null, isRemote: true, out var context) ? context : default;
}
