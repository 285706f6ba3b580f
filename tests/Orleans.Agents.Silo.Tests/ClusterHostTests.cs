using Orleans.Agents.Storage.Tests.Hosts;

namespace Orleans.Agents.Silo.Tests;

/// <summary>Two silos.</summary>
public sealed class ClusterHostTests : HostConformance
{
    protected override async Task<IHostUnderTest> OpenAsync(HostSetup setup) => await ClusterUnderTest.OpenAsync(setup);
}
