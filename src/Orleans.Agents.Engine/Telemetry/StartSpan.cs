using System.Diagnostics;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Telemetry;

/// <summary>
/// The start of a run until it is durable. It is over soon and so it is known to whoever collects spans, whatever becomes of
/// the process: that is why all that the run does later hangs below it.
/// </summary>
internal readonly struct StartSpan : IDisposable
{
    private readonly Activity? span;

    private StartSpan(Activity? span, string? traceparent) => (this.span, Traceparent) = (span, traceparent);

    /// <summary>What the run is to keep as the span that it hangs below.</summary>
    public string? Traceparent { get; }

    /// <summary>Begins a start.</summary>
    /// <param name="workflow">What is to be run; null where only the definition says.</param>
    /// <param name="starter">The span that starts it, if it is named.</param>
    public static StartSpan Begin(string? workflow, string? starter)
    {
        var parent = TraceContext.OfStarter(starter);
        if (!Spans.AreWanted)
        {
            return new StartSpan(null, parent);
        }

        var span = Spans.Begin(workflow is null ? SpanNames.Start : $"{SpanNames.Start} {workflow}", TraceContext.Parse(parent));
        span?.SetTag(SpanTags.Operation, SpanNames.Start);
        span?.SetTag(SpanTags.Workflow, workflow);
        return new StartSpan(span, span?.Id ?? parent);
    }

    /// <summary>Says which run it is about to be.</summary>
    public void Of(RunId run, Guid correlation)
    {
        span?.SetTag(SpanTags.Run, run.Value);
        span?.SetTag(SpanTags.Correlation, correlation.ToString());
    }

    /// <summary>Says what became of it.</summary>
    public StartResult Became(StartResult result)
    {
        switch (result)
        {
            case StartResult.Refused refused:
                span?.Failed(refused.Failure);
                break;
            case StartResult.Started started:
                span?.SetTag(SpanTags.Run, started.Run.Value);
                span?.SetTag(SpanTags.New, started.IsNew);
                break;
        }

        return result;
    }

    /// <inheritdoc/>
    public void Dispose() => span?.Dispose();
}
