using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Agents.EndToEnd.Tests.Faults;
using Orleans.Agents.Silo.Agents;
using Orleans.Agents.Silo.Wire;
using Orleans.Agents.Storage.Tests;
using Orleans.Storage;

namespace Orleans.Agents.Server.Tests;

/// <summary>What grains keep in the cluster's database.</summary>
[Collection(FaultSettings.Fleets)]
public sealed class GrainStateTests
{
    private static readonly AgentCounts Some = new(Succeeded: 2, Failed: 1, InputTokens: 30, OutputTokens: 40);

    [Fact]
    public async Task What_an_agent_has_done_outlives_the_cluster()
    {
        using var server = PostgresServer.Start();
        for (var times = 1; times <= 2; times++)
        {
            using var node = await StartAsync(server);
            var agent = node.Services.GetRequiredService<IGrainFactory>().GetGrain<IAgentGrain>("agent-writer");
            await agent.ReportAsync(Envelope.Of(new AgentReport("silo", 0, 0, Some), SiloJson.Default.AgentReport));

            var counts = (await agent.CountsAsync()).Read(SiloJson.Default.AgentCounts);
            await node.StopAsync();

            Assert.Equal(times * Some.Succeeded, counts.Succeeded);
            Assert.Equal(times * Some.OutputTokens, counts.OutputTokens);
        }
    }

    [Fact]
    public async Task Of_two_who_write_what_neither_has_read_the_second_is_refused()
    {
        using var server = PostgresServer.Start();
        using var node = await StartAsync(server);
        var storage = node.Services.GetRequiredService<IGrainStorage>();
        var grain = GrainId.Create("agent", "agent-ab");
        var (first, second, cleared) = (
            new GrainState<AgentState>(new AgentState()),
            new GrainState<AgentState>(new AgentState()),
            new GrainState<AgentState>(new AgentState()));
        await storage.ReadStateAsync("agent", grain, first);
        await storage.ReadStateAsync("agent", grain, second);
        first.State = new AgentState { Counts = Some };
        second.State = new AgentState { Counts = Some };

        await storage.WriteStateAsync("agent", grain, first);
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("agent", grain, second));
        await storage.WriteStateAsync("agent", grain, first);
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("agent", grain, second));
        await storage.ClearStateAsync("agent", grain, first);
        await storage.ReadStateAsync("agent", grain, cleared);

        Assert.Equal(AgentCounts.None, cleared.State?.Counts ?? AgentCounts.None);
        Assert.False(cleared.RecordExists);
        await node.StopAsync();
    }

    private static async Task<IHost> StartAsync(PostgresServer server)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddServerConfiguration(
        [
            $"--postgres={server.ConnectionString}",
            $"--silo-port={Cluster.FreePorts(1)[0].ToString(CultureInfo.InvariantCulture)}",
            "--address=127.0.0.1",
            "--profile=dev-safe",
        ]);
        builder.AddServerNode();
        var node = builder.Build();
        await node.StartAsync();
        return node;
    }
}
