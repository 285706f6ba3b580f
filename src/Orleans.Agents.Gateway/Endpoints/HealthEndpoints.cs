using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Orleans.Agents.Gateway.Endpoints;

/// <summary>How the process is, for supervisors and balancers. Nothing of it asks the store.</summary>
public interface IGatewayHealth
{
    /// <summary>Whether the process has come up; it stays so until it stops.</summary>
    bool IsStarted { get; }

    /// <summary>Whether balancers should send requests here.</summary>
    bool IsReady { get; }
}

/// <summary>An application by itself: ready from its start to its stop.</summary>
internal sealed class ApplicationHealth(IHostApplicationLifetime application) : IGatewayHealth
{
    /// <inheritdoc/>
    public bool IsStarted => application.ApplicationStarted.IsCancellationRequested;

    /// <inheritdoc/>
    public bool IsReady => IsStarted && !application.ApplicationStopping.IsCancellationRequested;
}

/// <summary>Where health is asked for.</summary>
internal static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var health = endpoints.ServiceProvider.GetRequiredService<IGatewayHealth>();
        Map(endpoints, "/health/live", () => true);
        Map(endpoints, "/health/startup", () => health.IsStarted);
        Map(endpoints, "/health/ready", () => health.IsReady);
    }

    private static void Map(IEndpointRouteBuilder endpoints, string path, Func<bool> isWell) =>
        endpoints.MapGet(path, context =>
        {
            var isWellNow = isWell();
            context.Response.StatusCode = isWellNow ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
            context.Response.ContentType = "application/json";
            context.Response.Headers.CacheControl = "no-store";
            return context.Response.WriteAsync(isWellNow ? """{"status":"ok"}""" : """{"status":"not_ready"}""");
        });
}
