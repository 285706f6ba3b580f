using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Agents.Faults;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Models;
using Orleans.Agents.Runs;
using Orleans.Agents.Telemetry;
using Orleans.Agents.Tools;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds durable agent workflows to an application.</summary>
public static class AgentsServiceCollectionExtensions
{
    /// <summary>
    /// Adds the embedded engine: an <see cref="AgentsEngine"/> that starts and stops with the application. Without a store
    /// it keeps runs in memory, which is for tests and for trying things out.
    /// </summary>
    public static AgentsBuilder AddAgents(this IServiceCollection services, Action<EngineOptions>? configure = null)
    {
        services.AddOptions<EngineOptions>().ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<EngineOptions>, EngineOptionsValidator>());
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IStore>(_ => new MemoryStore());
        services.TryAddSingleton(FaultPlan.None);
        services.TryAddSingleton(MakeModels);
        services.TryAddSingleton(MakeTools);
        services.TryAddSingleton(provider => new AgentsEngine(
            provider.GetRequiredService<IStore>(),
            provider.GetRequiredService<ModelRegistry>(),
            provider.GetRequiredService<ToolRegistry>(),
            provider.GetRequiredService<IOptions<EngineOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<FaultPlan>(),
            provider.GetRequiredService<ILogger<AgentsEngine>>(),
            Dispatching.ToThreadPool,
            provider.GetRequiredService<IEngineHost>())
        {
            Observation = provider.GetRequiredService<Observation>(),
        });
        services.TryAddSingleton<Observation>();
        services.TryAddSingleton<IEngineHost>(EmbeddedHost.Instance);
        services.TryAddSingleton<IAgents>(provider => provider.GetRequiredService<AgentsEngine>());
        services.AddHostedService<AgentsHostedService>();
        return new AgentsBuilder(services);
    }

    private static ModelRegistry MakeModels(IServiceProvider provider)
    {
        var models = new ModelRegistry();
        foreach (var (name, make) in provider.GetServices<NamedModel>())
        {
            models.Add(name, make(provider));
        }

        return models;
    }

    private static ToolRegistry MakeTools(IServiceProvider provider)
    {
        var tools = new ToolRegistry();
        foreach (var tool in BuiltInTools.All.Concat(provider.GetServices<Tool>()))
        {
            tools.Add(tool);
        }

        return tools;
    }
}

/// <summary>Says what the engine of an application is made of.</summary>
/// <param name="services">The application's services.</param>
public sealed class AgentsBuilder(IServiceCollection services)
{
    /// <summary>The application's services.</summary>
    public IServiceCollection Services { get; } = services;

    /// <summary>Reads workflows from files and folders when the application starts; a mistake in them stops the start.</summary>
    public AgentsBuilder AddDefinitions(params string[] paths)
    {
        Services.AddSingleton(new DefinitionPaths(paths));
        return this;
    }

    /// <summary>Adds a tool that states may call.</summary>
    public AgentsBuilder AddTool(Tool tool)
    {
        Services.AddSingleton(tool);
        return this;
    }

    /// <summary>Adds a model that agents may name.</summary>
    public AgentsBuilder AddModel(string name, IChatClient model) => AddModel(name, _ => model);

    /// <summary>Adds a model that agents may name, made from the application's services.</summary>
    public AgentsBuilder AddModel(string name, Func<IServiceProvider, IChatClient> make)
    {
        Services.AddSingleton(new NamedModel(name, make));
        return this;
    }

    /// <summary>Keeps runs in a store.</summary>
    public AgentsBuilder UseStore(Func<IServiceProvider, IStore> make)
    {
        Services.Replace(ServiceDescriptor.Singleton(make));
        return this;
    }
}

internal sealed record NamedModel(string Name, Func<IServiceProvider, IChatClient> Make);

internal sealed record DefinitionPaths(IReadOnlyList<string> Paths);
