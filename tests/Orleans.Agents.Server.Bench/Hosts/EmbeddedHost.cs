using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Agents.Hosting;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;

namespace Orleans.Agents.Server.Bench.Hosts;

/// <summary>An engine in this process, without a cluster.</summary>
internal sealed class EmbeddedHost : IBenchHost
{
    private static readonly Payload Nothing = Payload.Parse("{}");

    private readonly IHost host;

    private EmbeddedHost(IHost host) => this.host = host;

    public static async Task<EmbeddedHost> StartAsync(BenchDatabase database)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddAgents().UsePostgres(database.ConnectionString).AddDefinitions(Workflows.File);
        var host = builder.Build();
        await host.StartAsync();
        return new EmbeddedHost(host);
    }

    public Task StartRunAsync(string workflow, int turn) =>
        StartRunAsync(host.Services.GetRequiredService<IAgents>(), workflow);

    /// <summary>Starts a run at an engine of this process.</summary>
    /// <exception cref="InvalidOperationException">It was refused.</exception>
    public static async Task StartRunAsync(IAgents agents, string workflow)
    {
        var result = await agents.StartRunAsync(new StartRequest(workflow, Nothing));
        if (result is not StartResult.Started)
        {
            throw new InvalidOperationException($"A run of the bench was refused: {result}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
    }
}
