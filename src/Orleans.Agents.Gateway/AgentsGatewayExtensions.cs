using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Gateway;
using Orleans.Agents.Gateway.Access;
using Orleans.Agents.Gateway.Endpoints;
using Orleans.Agents.Gateway.Following;
using Orleans.Agents.Gateway.Requests;
using Orleans.Agents.Hosting;
using Orleans.Agents.Telemetry;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the HTTP gateway to an application.</summary>
public static class AgentsGatewayExtensions
{
    private const string DocumentName = "v1";

    /// <summary>Adds what the gateway is made of; the application has an <c>IAgents</c>, as <c>AddAgents</c> or a silo add it.</summary>
    public static IServiceCollection AddAgentsGateway(
        this IServiceCollection services, Action<GatewayOptions>? configure = null)
    {
        services.AddOptions<GatewayOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<GatewayOptions>, GatewayOptionsValidator>());
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.AddRouting();
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, HttpJson.Default);
            json.SerializerOptions.TypeInfoResolverChain.Add(ParameterJson.Default);
        });
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IGatewayHealth, ApplicationHealth>();
        services.TryAddSingleton<Observation>();
        services.TryAddSingleton<Guard>();
        services.TryAddSingleton<AuditTrail>();
        services.TryAddSingleton<Pipeline>();
        services.TryAddSingleton<RunScope>();
        services.TryAddSingleton<EventStream>();
        services.TryAddSingleton<RunEndpoints>();
        services.TryAddSingleton<EventEndpoints>();
        services.TryAddSingleton<ControlEndpoints>();
        services.TryAddSingleton<DefinitionEndpoints>();
        services.TryAddSingleton<TelemetryEndpoints>();
        services.TryAddSingleton(provider => provider.GetRequiredService<IAgents>().Hints);
        services.TryAddSingleton<Feed>();
        services.AddHostedService(provider => provider.GetRequiredService<Feed>());
        services.AddOpenApi(DocumentName, ApiDocument.Describe);
        return services;
    }

    /// <summary>
    /// Maps the API below <c>/api/v1</c>, its description as <c>/openapi/v1.json</c>, and health below <c>/health</c>.
    /// </summary>
    public static IEndpointRouteBuilder MapAgents(this IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var pipeline = services.GetRequiredService<Pipeline>();
        var guarded = endpoints.MapGroup("");
        ((IEndpointConventionBuilder)guarded).Add(endpoint =>
        {
            var handler = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = context => pipeline.RunAsync(context, handler);
        });
        var api = guarded.MapGroup("/api/v1");
        services.GetRequiredService<RunEndpoints>().Map(api.MapGroup("").WithTags("runs"));
        services.GetRequiredService<EventEndpoints>().Map(api.MapGroup("").WithTags("events"));
        services.GetRequiredService<ControlEndpoints>().Map(api.MapGroup("").WithTags("control"));
        services.GetRequiredService<DefinitionEndpoints>().Map(api.MapGroup("").WithTags("definitions"));
        services.GetRequiredService<TelemetryEndpoints>().Map(api.MapGroup("").WithTags("telemetry"));
        guarded.MapOpenApi("/openapi/{documentName}.json").WithMetadata(new PermissionMetadata(Permission.Open));
        guarded.Map("/api/{**path}", Nothing).WithMetadata(new PermissionMetadata(Permission.Nothing)).ExcludeFromDescription();
        HealthEndpoints.Map(endpoints);
        return endpoints;
    }

    /// <summary>
    /// Bounds what a caller can hold up: a connection that says nothing, sends its headers or body too slowly, or does not
    /// take what it asked for, is closed.
    /// </summary>
    public static KestrelServerOptions UseGatewayLimits(this KestrelServerOptions server)
    {
        server.AddServerHeader = false;
        server.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        server.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        server.Limits.MaxRequestLineSize = 8 * 1024;
        server.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
        server.Limits.MaxRequestHeaderCount = 100;
        server.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        server.Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        var options = server.ApplicationServices.GetRequiredService<IOptions<GatewayOptions>>().Value;
        server.Limits.MaxRequestBodySize = options.MaxBodyBytes;
        return server;
    }

    private static Task Nothing(HttpContext context) => Answers.WriteAsync(
        context,
        Refusal.Of("path.unknown", $"There is nothing to {context.Request.Method} at {context.Request.Path}.") with
        {
            Expected = "a path of /openapi/v1.json",
        });
}
