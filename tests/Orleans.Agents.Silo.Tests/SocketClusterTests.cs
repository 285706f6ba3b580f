using Microsoft.Extensions.DependencyInjection;
using Orleans.Agents.Hosting;
using Orleans.Agents.Runs;
using Orleans.Agents.Silo.Hosting;
using Orleans.Agents.Storage.Postgres;
using Orleans.Agents.Storage.Tests;
using Orleans.Agents.Storage.Tests.Hosts;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;
using Orleans.TestingHost;

namespace Orleans.Agents.Silo.Tests;

/// <summary>Silos that reach each other by sockets, as in production, and not within the process.</summary>
public sealed class SocketClusterTests
{
    [Fact]
    public async Task Runs_started_at_one_silo_end_after_it_has_left()
    {
        using var database = new PostgresTestDatabase();
        Configured.Database = database;
        await using var cluster = new TestClusterBuilder(2).AddSiloBuilderConfigurator<Configured>().Build();
        await cluster.DeployAsync();
        var (first, second) = (AgentsOf(cluster.Silos[0]), AgentsOf(cluster.Silos[1]));

        var starts = await Task.WhenAll(Enumerable.Range(0, 50).Select(i =>
            second.StartRunAsync(new StartRequest("test", Payload.Parse($"[{i},1,2]")))));
        await cluster.StopSiloAsync(cluster.Silos[1]);

        foreach (var (start, i) in starts.Select((start, i) => (Assert.IsType<StartResult.Started>(start), i)))
        {
            var state = await first.WaitForEndAsync(start.Run).WaitAsync(TimeSpan.FromMinutes(1));
            Assert.Equal($"[{i},1,2]", state.Output.ToString());
        }
    }

    private static IAgents AgentsOf(SiloHandle silo) =>
        ((InProcessSiloHandle)silo).ServiceProvider.GetRequiredService<IAgents>();

    private sealed class Configured : ISiloConfigurator
    {
        private static readonly MemoryEpochBook Book = new();

        public static PostgresTestDatabase? Database { get; set; }

        public void Configure(ISiloBuilder siloBuilder)
        {
            siloBuilder.AddMemoryGrainStorageAsDefault();
            siloBuilder.Services.AddSingleton<IEpochBook>(Book);
            new HostSetup(HostWorkflows.Each, agents => agents.AddTool(Work)).Apply(siloBuilder.UseAgents().UsePostgres(
                new PostgresStoreOptions { ConnectionString = Database!.ConnectionString, Host = StoreHost.Cluster }));
        }

        private static Tool Work { get; } = new(
            "test.work", "A tool of a test.", Payload.Parse("true"), null, ToolEffect.Idempotent, [], async (call, cancellation) =>
            {
                await Task.Delay(100, cancellation);
                return new ToolResult.Succeeded(call.Input);
            });
    }
}
