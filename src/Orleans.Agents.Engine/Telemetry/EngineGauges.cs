using System.Diagnostics.Metrics;
using Orleans.Agents.Activities;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Telemetry;

/// <summary>What can be said at any moment of one engine, asked when somebody wants to know.</summary>
internal sealed class EngineGauges : IDisposable
{
    private readonly Meter meter = new(Instruments.MeterName);

    public EngineGauges(RunTable table, ActivityLanes lanes)
    {
        meter.CreateObservableUpDownCounter(
            "agents.runs.carried", () => table.Count, "{run}", "Runs that the process carries now.");
        meter.CreateObservableUpDownCounter(
            "agents.lanes.busy", () => lanes.Load.Busy, "{attempt}", "Attempts that are under way now.");
        meter.CreateObservableUpDownCounter(
            "agents.lanes.waiting", () => lanes.Load.Waiting, "{attempt}", "Attempts that wait for a free lane now.");
        meter.CreateObservableUpDownCounter(
            "agents.lanes.limit", () => lanes.Load.Limit, "{attempt}", "Attempts that may be under way at once.");
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();
}
