using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Agents.Gateway;
using Orleans.Agents.Gateway.Endpoints;

namespace Orleans.Agents.Server;

/// <summary>The gateway of a node: it asks grains of its own silo, so whatever node a request comes to, it is answered.</summary>
internal static class ServerGateway
{
    /// <summary>
    /// Adds the gateway to a node, before the node itself: things stop in the reverse of the order in which they were added.
    /// So the drain is waited for, then streams end, then the server stops, and the silo leaves last.
    /// </summary>
    public static void AddServerGateway(this WebApplicationBuilder application)
    {
        var configuration = application.Configuration;
        application.WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel => kestrel.UseGatewayLimits())
            .UseUrls(configuration["listen"] ?? ServerOptions.DefaultListen);
        application.Services.AddSingleton<IGatewayHealth>(provider => provider.GetRequiredService<NodeHealth>());
        application.Services.AddAgentsGateway(options => GatewayVariables.Apply(options, name => configuration[name]));
    }
}
