using System.Collections.Concurrent;
using Orleans.Agents.Definitions;
using Orleans.Agents.Journal;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>The definitions new runs are started from, by name, and those that runs are pinned to, by hash.</summary>
internal sealed class WorkflowCatalog(IDefinitionStore store)
{
    private readonly ConcurrentDictionary<string, Workflow> byName = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Workflow> byHash = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Names => [.. byName.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Keeps a definition, and lets new runs of its name start from it.</summary>
    public async Task PublishAsync(Definition loaded, CancellationToken cancellation)
    {
        await KeepAsync(loaded, cancellation);
        byName[loaded.Workflow.Name] = loaded.Workflow;
    }

    public Workflow? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>What a new run is to be started from: the definition it names, else the one published last.</summary>
    /// <exception cref="HistoryException">The definition cannot be understood.</exception>
    public async ValueTask<Workflow?> FindAsync(StartRequest request, CancellationToken cancellation) =>
        request.Hash is not { } hash ? Find(request.Workflow)
        : byHash.GetValueOrDefault(hash) is { } known ? known
        : await store.FindAsync(hash, cancellation) is null ? null
        : await PinnedAsync(request.Run ?? default, hash, cancellation);

    /// <exception cref="HistoryException">The definition is not in the store, or cannot be understood.</exception>
    public async Task<Workflow> PinnedAsync(RunId run, string hash, CancellationToken cancellation)
    {
        if (byHash.TryGetValue(hash, out var known))
        {
            return known;
        }

        var closure = await store.FindAsync(hash, cancellation) ?? throw new HistoryException(
            "history.no_definition", $"Run {run} is pinned to definition {hash}, which is not in the store.");
        try
        {
            var workflow = DefinitionClosure.Read(closure);
            var children = workflow.Children.ToBuilder();
            foreach (var child in workflow.Calls.Values.Where(called => called != hash))
            {
                children[child] = await PinnedAsync(run, child, cancellation);
            }

            return byHash.GetOrAdd(hash, workflow with { Children = children.ToImmutable() });
        }
        catch (DefinitionException unclear)
        {
            throw new HistoryException(
                unclear.Code == DefinitionException.TooNew ? "history.too_new" : "history.damaged",
                $"Run {run} is pinned to definition {hash}: {unclear.Message}",
                unclear);
        }
    }

    /// <summary>
    /// Keeps a definition. What a run may start is kept before it, so that no run is ever found without.
    /// </summary>
    public async Task KeepAsync(Definition loaded, CancellationToken cancellation)
    {
        foreach (var called in loaded.Called)
        {
            await KeepAsync(called, cancellation);
        }

        await store.SaveAsync(loaded.Workflow.Hash, loaded.Closure, cancellation);
        byHash[loaded.Workflow.Hash] = loaded.Workflow;
    }
}
