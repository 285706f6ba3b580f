using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Agents.Otlp;

namespace Orleans.Agents.Server;

/// <summary>What a node tells of its work, beside what every engine tells: grain calls, and what Orleans measures.</summary>
internal static class ServerTelemetry
{
    /// <summary>Adds it to a node before all the rest, so that it also hears how that ends.</summary>
    public static void AddServerTelemetry(this IHostApplicationBuilder application) =>
        application.AddAgentsTelemetry(new OtlpOptions("agents-server")
        {
            PlatformSources = ["Microsoft.Orleans.Application", "Microsoft.Orleans.Runtime", "Microsoft.Orleans.Lifecycle"],
            PlatformMeters = ["Microsoft.Orleans", "Microsoft.AspNetCore.Hosting", "Npgsql"],
        });
}
