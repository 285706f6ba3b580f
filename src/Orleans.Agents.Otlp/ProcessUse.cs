using System.Diagnostics;
using OpenTelemetry;
using Orleans.Agents.Telemetry;

namespace Orleans.Agents.Otlp;

/// <summary>Says on each span that begins and ends in debug what the process used meanwhile: all of it, not only the span.</summary>
internal sealed class ProcessUse(Observation observation) : BaseProcessor<Activity>
{
    private const string Before = "orleans.agents.processor_time";

    /// <inheritdoc/>
    public override void OnStart(Activity data)
    {
        if (observation.Mode is ObservationMode.Debug)
        {
            data.SetCustomProperty(Before, Environment.CpuUsage.TotalTime);
        }
    }

    /// <inheritdoc/>
    public override void OnEnd(Activity data)
    {
        if (data.GetCustomProperty(Before) is TimeSpan before)
        {
            data.SetTag(SpanTags.ProcessorTime, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
            data.SetTag(SpanTags.Memory, Environment.WorkingSet);
        }
    }
}
