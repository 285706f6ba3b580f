using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Agents.Faults;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Models;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;

namespace Orleans.Agents.Server.Tests;

/// <summary>When a node is ready: its silo is active, its epoch is its own, and it does not drain.</summary>
public sealed class NodeHealthTests
{
    [Theory]
    [InlineData(SiloStatus.Joining, false)]
    [InlineData(SiloStatus.Active, true)]
    [InlineData(SiloStatus.ShuttingDown, false)]
    public async Task It_is_ready_while_its_silo_is_active(SiloStatus status, bool isReady)
    {
        await using var engine = Make();
        await engine.StartAsync();

        Assert.Equal(isReady, new NodeHealth(Silo.In(status), engine).IsReady);
    }

    [Fact]
    public async Task It_is_not_ready_while_it_drains()
    {
        await using var engine = Make();
        await engine.StartAsync();
        var health = new NodeHealth(Silo.In(SiloStatus.Active), engine);

        health.BeginDraining();

        Assert.Equal((true, false), (health.IsStarted, health.IsReady));
    }

    [Fact]
    public async Task It_is_not_ready_when_its_engine_has_no_epoch_any_more()
    {
        var engine = Make();
        await engine.StartAsync();
        var health = new NodeHealth(Silo.In(SiloStatus.Active), engine);

        await engine.DisposeAsync();

        Assert.Equal((true, false), (health.IsStarted, health.IsReady));
    }

    private static AgentsEngine Make() => new(
        new MemoryStore(),
        new ModelRegistry(),
        new ToolRegistry(),
        new EngineOptions(),
        TimeProvider.System,
        FaultPlan.None,
        NullLogger<AgentsEngine>.Instance);

    /// <summary>A silo that says nothing but how it is.</summary>
    public class Silo : DispatchProxy
    {
        private SiloStatus status;

        internal static ISiloStatusOracle In(SiloStatus status)
        {
            var silo = Create<ISiloStatusOracle, Silo>();
            ((Silo)(object)silo).status = status;
            return silo;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => status;
    }
}
