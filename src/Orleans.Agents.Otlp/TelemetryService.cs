using Microsoft.Extensions.Hosting;
using Orleans.Agents.Telemetry;

namespace Orleans.Agents.Otlp;

/// <summary>Tells of an application what its environment says, to the collector that it names, from its start to its end.</summary>
internal sealed class TelemetryService(Observation observation, OtlpOptions options, OtlpLogs logs, TimeProvider time)
    : IHostedService
{
    private IDisposable? followed;
    private OtlpExport? export;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        followed = ObservationVariables.Apply(observation, time);
        export = Collector.IsNamed ? OtlpExport.Start(observation, options, logs) : null;
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        followed?.Dispose();
        if (export is not null)
        {
            await export.DisposeAsync();
        }
    }
}
