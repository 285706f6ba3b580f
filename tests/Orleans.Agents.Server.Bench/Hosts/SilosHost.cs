using Microsoft.Extensions.DependencyInjection;
using Orleans.Agents.Hosting;
using Orleans.Agents.Silo.Hosting;
using Orleans.Agents.Storage.Postgres;
using Orleans.TestingHost;

namespace Orleans.Agents.Server.Bench.Hosts;

/// <summary>Silos of this process, which reach each other by sockets.</summary>
internal sealed class SilosHost : IBenchHost
{
    private readonly TestCluster cluster;
    private readonly IAgents[] agents;

    private SilosHost(TestCluster cluster)
    {
        this.cluster = cluster;
        agents = [.. cluster.Silos.Select(silo => ((InProcessSiloHandle)silo).ServiceProvider.GetRequiredService<IAgents>())];
    }

    public static async Task<SilosHost> StartAsync(BenchDatabase database, int silos)
    {
        Configured.ConnectionString = database.ConnectionString;
        var builder = new TestClusterBuilder((short)silos) { Options = { ConfigureFileLogging = false } };
        var cluster = builder.AddSiloBuilderConfigurator<Configured>().Build();
        await cluster.DeployAsync();
        return new SilosHost(cluster);
    }

    public Task StartRunAsync(string workflow, int turn) =>
        EmbeddedHost.StartRunAsync(agents[turn % agents.Length], workflow);

    public async ValueTask DisposeAsync()
    {
        await cluster.StopAllSilosAsync();
        await cluster.DisposeAsync();
    }

    private sealed class Configured : ISiloConfigurator
    {
        // All silos of the process share it; epochs do not come again with another database.
        private static readonly MemoryEpochBook Book = new();

        public static string? ConnectionString { get; set; }

        public void Configure(ISiloBuilder siloBuilder)
        {
            siloBuilder.AddMemoryGrainStorageAsDefault();
            siloBuilder.Services.AddSingleton<IEpochBook>(Book);
            siloBuilder.UseAgents()
                .UsePostgres(new PostgresStoreOptions { ConnectionString = ConnectionString, Host = StoreHost.Cluster })
                .AddDefinitions(Workflows.File);
        }
    }
}
