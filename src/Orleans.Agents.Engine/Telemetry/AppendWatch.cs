using System.Collections.Immutable;
using System.Diagnostics;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Telemetry;

/// <summary>An append to a run's journal as it is seen from outside: a span, and how long it took.</summary>
internal static class AppendWatch
{
    /// <summary>Whether anybody wants to know of appends.</summary>
    public static bool IsWanted => Spans.AreWanted || Instruments.AppendDuration.Enabled || Instruments.AppendFacts.Enabled;

    /// <summary>Waits for an append, from before it is sent until it is durable.</summary>
    /// <param name="store">Sends it.</param>
    /// <param name="events">The facts.</param>
    /// <param name="after">The run's state after them.</param>
    /// <param name="parent">The span of the run or of its visit.</param>
    public static async ValueTask<Appended> StoreAsync(
        Func<ValueTask<Appended>> store, ImmutableArray<RunEvent> events, RunState after, Activity? parent)
    {
        using var span = Spans.AreWanted
            ? Spans.Begin(SpanNames.Save, parent?.Context ?? TraceContext.Of(after.Origin!))?.OfRun(after)
            : null;
        var began = Stopwatch.GetTimestamp();
        var appended = await store();
        var outcome = appended switch
        {
            Appended.Stored => "stored",
            Appended.AlreadyStarted => "already_started",
            _ => "lost",
        };
        Instruments.AppendDuration.Record(
            Stopwatch.GetElapsedTime(began).TotalSeconds, new KeyValuePair<string, object?>(SpanTags.Stored, outcome));
        Instruments.AppendFacts.Record(events.Length);
        span?.SetTag(SpanTags.Operation, SpanNames.Save);
        span?.SetTag(SpanTags.Version, after.Version);
        span?.SetTag(SpanTags.Facts, events.Length);
        span?.SetTag(SpanTags.Stored, outcome);
        return appended;
    }
}
