using Orleans.Agents.Gateway.Endpoints;
using Orleans.Agents.Hosting;

namespace Orleans.Agents.Server;

/// <summary>How a node is, without asking the database.</summary>
internal sealed class NodeHealth(ISiloStatusOracle silos, AgentsEngine engine) : IGatewayHealth
{
    private volatile bool isDraining;

    /// <summary>Whether the silo is part of its cluster; it stays so until the node stops.</summary>
    public bool IsStarted => silos.CurrentStatus is SiloStatus.Active;

    /// <summary>
    /// Whether balancers should send requests here: not to a node that finds its epoch fenced, and not while it drains.
    /// </summary>
    public bool IsReady => IsStarted && engine.IsCarrying && !isDraining;

    public void BeginDraining() => isDraining = true;
}
