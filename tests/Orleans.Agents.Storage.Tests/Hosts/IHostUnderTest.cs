using Microsoft.Extensions.DependencyInjection;
using Orleans.Agents.Hosting;

namespace Orleans.Agents.Storage.Tests.Hosts;

/// <summary>A host of runs with two places that carry them, over one database.</summary>
public interface IHostUnderTest : IAsyncDisposable
{
    /// <summary>A door to ask at, of the place with this number: 0 or 1.</summary>
    IAgents this[int place] { get; }

    /// <summary>Whether a place whose lanes are taken has attempts made by the other.</summary>
    bool Lends { get; }

    /// <summary>Has a place leave in an orderly way.</summary>
    Task LeaveAsync(int place);
}

/// <summary>What a host is made of.</summary>
/// <param name="Workflows">Its definitions, in YAML.</param>
/// <param name="Configure">Its tools and models; called once for each place.</param>
public sealed record HostSetup(string Workflows, Action<AgentsBuilder> Configure)
{
    /// <summary>Short, so that what waits for the keeper does not make tests wait.</summary>
    public static TimeSpan KeeperInterval { get; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Short, so that a run is put down while a test looks.</summary>
    public static TimeSpan ParkAfter { get; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Makes up the agents of a place.</summary>
    public void Apply(AgentsBuilder agents)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("agents-host-").FullName, "workflows.yaml");
        File.WriteAllText(file, Workflows);
        agents.AddDefinitions(file);
        Configure(agents);
    }
}
