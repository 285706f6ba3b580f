using Orleans.Agents.Gateway.Endpoints;

namespace Orleans.Agents.Server;

/// <summary>How a node is, without asking the database.</summary>
internal sealed class NodeHealth(ISiloStatusOracle silos) : IGatewayHealth
{
    private volatile bool isDraining;

    /// <summary>Whether the silo is part of its cluster; it stays so until the node stops.</summary>
    public bool IsStarted => silos.CurrentStatus is SiloStatus.Active;

    /// <summary>Whether balancers should send requests here.</summary>
    public bool IsReady => IsStarted && !isDraining;

    public void BeginDraining() => isDraining = true;
}
