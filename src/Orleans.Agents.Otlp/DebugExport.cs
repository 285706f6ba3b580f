using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Orleans.Agents.Telemetry;

namespace Orleans.Agents.Otlp;

/// <summary>What is sent in debug only: measurements, logs, and the spans of the platform below.</summary>
internal sealed class DebugExport
{
    private readonly MeterProvider? meters;
    private readonly TracerProvider? platform;
    private readonly ILoggerFactory? logs;

    public DebugExport(OtlpOptions options, ResourceBuilder resource)
    {
        meters = Collector.IsNamedFor(Collector.Measurements)
            ? Sdk.CreateMeterProviderBuilder()
                .SetResourceBuilder(resource)
                .AddMeter([SpanNames.Source, "System.Runtime", .. options.PlatformMeters])
                .AddOtlpExporter()
                .Build()
            : null;
        platform = Collector.IsNamedFor(Collector.Spans) && !options.PlatformSources.IsEmpty
            ? Sdk.CreateTracerProviderBuilder()
                .SetResourceBuilder(resource)
                .AddSource([.. options.PlatformSources])
                .AddOtlpExporter()
                .Build()
            : null;
        logs = Collector.IsNamedFor(Collector.Logs)
            ? LoggerFactory.Create(logging => logging
                .SetMinimumLevel(LogLevel.Information)
                .AddFilter(SpanNames.Source, LogLevel.Debug)
                .AddOpenTelemetry(sent =>
                {
                    sent.SetResourceBuilder(resource);
                    sent.IncludeFormattedMessage = true;
                    sent.AddOtlpExporter();
                }))
            : null;
    }

    /// <summary>Where logs go meanwhile.</summary>
    public ILoggerFactory? Logs => logs;

    /// <summary>Sends what is left, each as long as it takes but five seconds at most, and ends.</summary>
    public Task EndAsync() => Task.WhenAll(
        Task.Run(() => meters?.Dispose()), Task.Run(() => platform?.Dispose()), Task.Run(() => logs?.Dispose()));
}
