using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Agents.Definitions;
using Orleans.Agents.Models;
using Orleans.Agents.Tools;

namespace Orleans.Agents.Hosting;

/// <summary>Starts and stops an engine with the application it is embedded in.</summary>
internal sealed class AgentsHostedService(
    AgentsEngine engine, ModelRegistry models, ToolRegistry tools, IEnumerable<DefinitionPaths> definitions)
    : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var paths = definitions.SelectMany(d => d.Paths).ToList();
        var loaded = paths.Count == 0
            ? null
            : DefinitionLoader.Load(paths, new DefinitionHost([.. tools.All], [.. models.Names]), LoadOptions.Lenient);
        if (loaded is { HasErrors: true })
        {
            throw new InvalidDefinitionsException(loaded.Diagnostics);
        }

        await engine.StartAsync(cancellationToken);
        foreach (var definition in loaded?.Definitions.Values ?? [])
        {
            await engine.PublishAsync(definition, cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => engine.DisposeAsync().AsTask();
}
