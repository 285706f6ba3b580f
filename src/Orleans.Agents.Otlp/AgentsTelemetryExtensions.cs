using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Agents.Otlp;
using Orleans.Agents.Telemetry;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Sends what an application tells of its work to a collector.</summary>
public static class AgentsTelemetryExtensions
{
    /// <summary>
    /// Sends spans, and in debug measurements and logs, where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says; without that it only
    /// keeps what <c>OBS_MODE</c> says. Add it before what it is to tell of: what was added first ends last.
    /// </summary>
    public static IHostApplicationBuilder AddAgentsTelemetry(this IHostApplicationBuilder application, OtlpOptions options)
    {
        var services = application.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<Observation>();
        services.AddSingleton(options);
        services.AddSingleton<OtlpLogs>();
        if (Collector.IsNamed)
        {
            services.AddSingleton<ILoggerProvider, OtlpLoggerProvider>();
            application.Logging.AddFilter<OtlpLoggerProvider>(SpanNames.Source, LogLevel.Debug);
        }

        services.AddHostedService<TelemetryService>();
        return application;
    }
}
