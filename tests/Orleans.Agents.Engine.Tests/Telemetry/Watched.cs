using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Orleans.Agents.Telemetry;

namespace Orleans.Agents.Engine.Tests.Telemetry;

/// <summary>Listens to all spans and measurements of the process; tests that run beside this one are among them.</summary>
internal sealed class Watched : IDisposable
{
    private readonly ConcurrentQueue<Activity> ended = [];
    private readonly ConcurrentQueue<Measured> measured = [];
    private readonly ActivityListener spans;
    private readonly MeterListener meter = new();

    public Watched(ActivitySamplingResult sampling = ActivitySamplingResult.AllDataAndRecorded)
    {
        spans = new ActivityListener
        {
            ShouldListenTo = source => source.Name is SpanNames.Source or Caller,
            Sample = (ref _) => sampling,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(spans);
        meter.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == SpanNames.Source)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        meter.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        meter.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Keep(instrument, value, tags));
        meter.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        meter.Start();
    }

    /// <summary>Tests that listen do not run beside each other: what one does not keep another would.</summary>
    public const string Tests = "Tests that watch";

    /// <summary>A source that stands for whoever calls the engine.</summary>
    public const string Caller = "Orleans.Agents.Engine.Tests.Caller";

    /// <summary>The spans of one trace that are over, in the order in which they began.</summary>
    public IReadOnlyList<Activity> Trace(ActivityTraceId trace) =>
        [.. ended.Where(span => span.TraceId == trace).OrderBy(span => span.StartTimeUtc)];

    /// <summary>The spans of a run that are over.</summary>
    public IReadOnlyList<Activity> Of(string run) =>
        [.. ended.Where(span => span.GetTagItem(SpanTags.Run) as string == run).OrderBy(span => span.StartTimeUtc)];

    /// <summary>Waits for spans of a run that end a moment after what they are of.</summary>
    public async Task<IReadOnlyList<Activity>> UntilAsync(string run, Func<IReadOnlyList<Activity>, bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var spans = Of(run);
            if (holds(spans))
            {
                return spans;
            }

            await Task.Delay(5, patience.Token);
        }
    }

    /// <summary>What was measured by an instrument, where a tag is as it should be.</summary>
    public IReadOnlyList<Measured> By(string instrument, string? tag = null, object? value = null) =>
        [.. measured.Where(m => m.Instrument == instrument && (tag is null || Equals(m.Tags.GetValueOrDefault(tag), value)))];

    /// <summary>Asks what can be said at any moment.</summary>
    public void Observe() => meter.RecordObservableInstruments();

    public void Dispose()
    {
        spans.Dispose();
        meter.Dispose();
    }

    private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        measured.Enqueue(new Measured(instrument.Name, value, tags.ToArray().ToDictionary(t => t.Key, t => t.Value)));
}

/// <summary>One measurement.</summary>
internal sealed record Measured(string Instrument, double Value, Dictionary<string, object?> Tags);
