using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Agents.Hosting;
using Orleans.Agents.Runs;
using Orleans.Agents.Silo.Hints;
using Orleans.Agents.Silo.Hosting;
using Orleans.Agents.Silo.Keeping;
using Orleans.Agents.Silo.Lanes;
using Orleans.Agents.Silo.Runs;
using Orleans.Agents.Silo.Wire;
using Orleans.Serialization;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds durable agent workflows to a silo.</summary>
public static class AgentsSiloBuilderExtensions
{
    /// <summary>
    /// Adds the engine to a silo: it starts before the silo can be asked and stops before the silo leaves. Every silo of a
    /// cluster uses the same store, by itself or by a copy of the same options. What agents' grains count goes to the silo's
    /// default grain storage, which there has to be.
    /// </summary>
    public static AgentsBuilder UseAgents(this ISiloBuilder silo, Action<EngineOptions>? configure = null)
    {
        var services = silo.Services;
        var agents = services.AddAgents(configure);
        var embedded = services.Single(service => service.ImplementationType == typeof(AgentsHostedService));
        services.Remove(embedded);
        services.TryAddSingleton<AgentsHostedService>();
        silo.UseSystemTextJsonGrainStorageSerializer();
        services.Configure<SystemTextJsonGrainStorageSerializerOptions>(storage =>
            storage.JsonSerializerOptions.TypeInfoResolverChain.Insert(0, SiloJson.Default));
        services.TryAddSingleton<RunAddresses>();
        services.TryAddSingleton<OtherSilos>();
        services.TryAddSingleton<ClusterHost>();
        services.TryAddSingleton<IEpochBook, MemoryEpochBook>();
        services.Replace(ServiceDescriptor.Singleton<IEngineHost>(provider => provider.GetRequiredService<ClusterHost>()));
        services.Replace(ServiceDescriptor.Singleton<IAgents, ClusterAgents>());
        HintStreams.AddTo(silo);
        services.TryAddSingleton<ClusterHints>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, EngineLifecycle>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, KeeperWatch>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<ClusterHints>());
        return agents;
    }
}
