using System.Collections.Concurrent;
using System.Collections.Immutable;
using Orleans.Agents.Definitions;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>The definitions new runs are started from, by name, and those that runs are pinned to, by hash.</summary>
internal sealed class WorkflowCatalog(IDefinitionStore store)
{
    private readonly ConcurrentDictionary<string, Workflow> byName = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Workflow> byHash = new(StringComparer.Ordinal);

    /// <summary>Keeps a definition, and lets new runs of its name that are started in this process start from it.</summary>
    public async Task PublishAsync(Definition loaded, CancellationToken cancellation)
    {
        await KeepAsync(loaded, cancellation);
        byName[loaded.Workflow.Name] = loaded.Workflow;
    }

    public Workflow? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>
    /// Keeps definitions, and has new runs of their names start from them wherever the store is shared, except where a process
    /// has a definition of its own.
    /// </summary>
    /// <returns>The names for which this process has another definition of its own; they are not published.</returns>
    public async Task<ImmutableArray<string>> PublishEverywhereAsync(
        ImmutableArray<Definition> definitions, DateTimeOffset now, CancellationToken cancellation)
    {
        foreach (var definition in definitions)
        {
            await KeepAsync(definition, cancellation);
        }

        var free = definitions.Select(definition => definition.Workflow).Where(workflow => Find(workflow.Name) is null);
        ImmutableArray<Publication> publications =
            [.. free.Select(workflow => new Publication(workflow.Name, workflow.Hash, workflow.Version, now))];
        if (!publications.IsEmpty)
        {
            await store.PublishAsync(publications, cancellation);
        }

        return
        [
            .. definitions.Select(definition => definition.Workflow)
                .Where(workflow => Find(workflow.Name) is { } own && own.Hash != workflow.Hash)
                .Select(workflow => workflow.Name),
        ];
    }

    /// <summary>Which definition each name stands for in this process.</summary>
    public async Task<ImmutableArray<OfferedWorkflow>> ListAsync(CancellationToken cancellation)
    {
        var published = await store.ListPublishedAsync(cancellation);
        return
        [
            .. byName.Values.Select(own => new OfferedWorkflow(own.Name, own.Hash, own.Version))
                .Concat(published.Where(one => Find(one.Workflow) is null)
                    .Select(one => new OfferedWorkflow(one.Workflow, one.Hash, one.Version, one.At)))
                .OrderBy(offered => offered.Workflow, StringComparer.Ordinal),
        ];
    }

    /// <summary>
    /// What a new run is to be started from: the definition it names, else this process's own, else the one published last. What
    /// was published is asked for each time, so that nobody starts what another process has replaced.
    /// </summary>
    /// <exception cref="HistoryException">The definition cannot be understood.</exception>
    public async ValueTask<Workflow?> FindAsync(StartRequest request, CancellationToken cancellation) =>
        request.Hash is { } hash ? await KeptAsync(request, hash, cancellation)
        : Find(request.Workflow) is { } own ? own
        : await store.FindPublishedAsync(request.Workflow, cancellation) is { } published
            ? await KeptAsync(request, published.Hash, cancellation)
        : null;

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

    private async ValueTask<Workflow?> KeptAsync(StartRequest request, string hash, CancellationToken cancellation) =>
        byHash.GetValueOrDefault(hash) is { } known ? known
        : await store.FindAsync(hash, cancellation) is null ? null
        : await PinnedAsync(request.Run ?? default, hash, cancellation);
}
