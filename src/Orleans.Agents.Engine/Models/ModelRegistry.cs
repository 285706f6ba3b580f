using Microsoft.Extensions.AI;

namespace Orleans.Agents.Models;

/// <summary>The models of this process by name; <c>offline</c> is always among them.</summary>
public sealed class ModelRegistry
{
    private readonly SortedDictionary<string, IChatClient> models = new(StringComparer.Ordinal)
    {
        [OfflineModel.Name] = new OfflineModel(),
    };

    /// <summary>The names agents can use.</summary>
    public IReadOnlyCollection<string> Names => models.Keys;

    /// <summary>Adds a model.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void Add(string name, IChatClient model)
    {
        if (!models.TryAdd(name, model))
        {
            throw new ArgumentException($"A model named '{name}' is registered already.", nameof(name));
        }
    }

    /// <summary>Finds a model; null when there is none of this name.</summary>
    public IChatClient? Find(string name) => models.GetValueOrDefault(name);
}
