using System.Diagnostics;
using System.Text.Json;
using Orleans.Agents.Failures;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Telemetry;

/// <summary>
/// The source of the engine's spans. Nothing is made, and nothing kept, while nobody listens; whoever begins to listen later
/// sees runs from then on.
/// </summary>
internal static class Spans
{
    private static readonly ActivitySource Source = new(SpanNames.Source);

    /// <summary>Whether anybody listens.</summary>
    public static bool AreWanted => Source.HasListeners();

    /// <summary>Begins a span below another; until it ends it is the current one of who called.</summary>
    public static Activity? Begin(string name, ActivityContext parent, ActivityKind kind = ActivityKind.Internal)
    {
        if (parent == default)
        {
            Activity.Current = null; // it has no parent, whatever else is under way here
        }

        return Source.StartActivity(name, kind, parent);
    }

    /// <summary>Begins a span in the current one.</summary>
    public static Activity? BeginWithin(string name, ActivityKind kind = ActivityKind.Internal) =>
        Source.StartActivity(name, kind);

    /// <summary>Begins a span that is nobody's current one, because it outlasts the call that begins it.</summary>
    public static Activity? BeginApart(string name, ActivityContext parent)
    {
        var current = Activity.Current;
        var span = Begin(name, parent);
        Activity.Current = current;
        return span;
    }

    /// <summary>Ends a span that was begun apart.</summary>
    public static void EndApart(Activity span)
    {
        var current = Activity.Current;
        span.Stop();
        Activity.Current = current;
    }

    /// <summary>Says which run a span is of.</summary>
    public static Activity OfRun(this Activity span, RunState state)
    {
        var origin = state.Origin!;
        span.SetTag(SpanTags.Run, origin.Run);
        span.SetTag(SpanTags.Correlation, origin.CorrelationId.ToString());
        span.SetTag(SpanTags.Workflow, origin.Workflow);
        span.SetTag(SpanTags.Hops, state.Visit);
        return span;
    }

    /// <summary>Says that what a span is of failed.</summary>
    public static void Failed(this Activity span, Failure failure)
    {
        span.SetTag(SpanTags.Error, failure.Code);
        span.SetTag(SpanTags.FailureClass, NameOf(failure.Class));
        span.SetStatus(ActivityStatusCode.Error, failure.Message);
    }

    /// <summary>A case of an enumeration as it is written everywhere: <c>unknown_outcome</c>.</summary>
    public static string NameOf<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
