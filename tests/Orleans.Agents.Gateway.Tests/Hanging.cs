using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Gateway.Tests;

/// <summary>A store in which no run is ever found, nor missed.</summary>
internal sealed class Hanging : IStore, IRunList
{
    private readonly MemoryStore inner = new();

    public IJournal Journal => inner.Journal;

    public IRunList Runs => this;

    public IDefinitionStore Definitions => inner.Definitions;

    public ICarriers Carriers => inner.Carriers;

    public IInbox Inbox => inner.Inbox;

    public async Task<RunRecord?> FindAsync(RunId run, CancellationToken cancellation)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        return null;
    }

    public Task<DateTimeOffset?> NowAsync(CancellationToken cancellation) => inner.NowAsync(cancellation);

    public Task MigrateAsync(CancellationToken cancellation) => inner.MigrateAsync(cancellation);

    public Task<RunRecord?> FindByKeyAsync(string key, CancellationToken cancellation) =>
        inner.Runs.FindByKeyAsync(key, cancellation);

    public Task<ImmutableArray<RunRecord>> ListAsync(RunQuery query, CancellationToken cancellation) =>
        inner.Runs.ListAsync(query, cancellation);

    public Task<ImmutableArray<RunRecord>> ListChildrenAsync(
        RunId parent, RunId? after, int limit, CancellationToken cancellation) =>
        inner.Runs.ListChildrenAsync(parent, after, limit, cancellation);

    public Task<ImmutableArray<RunId>> FindWaitingAsync(WaitingQuery query, CancellationToken cancellation) =>
        inner.Runs.FindWaitingAsync(query, cancellation);

    public Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellation) => inner.Runs.NextDueAsync(cancellation);

    public Task<Pruned> PruneAsync(PruneRule rule, CancellationToken cancellation) =>
        inner.Runs.PruneAsync(rule, cancellation);

    public Task<bool> WasPrunedAsync(RunId run, CancellationToken cancellation) =>
        inner.Runs.WasPrunedAsync(run, cancellation);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}

internal static class Services
{
    /// <summary>Puts a thing in the place of the one that was there.</summary>
    public static void Replaced<T>(this IServiceCollection services, T thing)
        where T : class => services.Replace(ServiceDescriptor.Singleton(thing));
}
