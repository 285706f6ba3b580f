using System.Diagnostics;
using OpenTelemetry;
using Orleans.Agents.Telemetry;

namespace Orleans.Agents.Otlp;

/// <summary>Says on each span that is sent what the process used meanwhile: all of it, not only the span.</summary>
internal sealed class ProcessUse : BaseProcessor<Activity>
{
    private const string Before = "orleans.agents.processor_time";
    private const int MemoryHoldsFor = 100; // milliseconds: the system is asked by reading a file

    private long memory;
    private long askedAt = -MemoryHoldsFor;

    /// <inheritdoc/>
    public override void OnStart(Activity data) => data.SetCustomProperty(Before, Environment.CpuUsage.TotalTime);

    /// <inheritdoc/>
    public override void OnEnd(Activity data)
    {
        if (data.GetCustomProperty(Before) is TimeSpan before)
        {
            data.SetTag(SpanTags.ProcessorTime, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
            data.SetTag(SpanTags.Memory, MemoryInUse());
        }
    }

    private long MemoryInUse()
    {
        var now = Environment.TickCount64;
        if (now - Volatile.Read(ref askedAt) >= MemoryHoldsFor)
        {
            Volatile.Write(ref memory, Environment.WorkingSet);
            Volatile.Write(ref askedAt, now);
        }

        return Volatile.Read(ref memory);
    }
}
