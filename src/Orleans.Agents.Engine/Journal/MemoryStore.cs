using System.Collections.Immutable;

namespace Orleans.Agents.Journal;

/// <summary>
/// A store that forgets when the process ends, for tests and for runs that need no more. It passes the same suites as
/// the others. Disposing one of several stores over a <see cref="MemoryDatabase"/> is to the rest as if its process had
/// died.
/// </summary>
public sealed class MemoryStore : IStore
{
    private volatile bool isDisposed;

    /// <summary>Opens a database; a new one if none is given.</summary>
    public MemoryStore(MemoryDatabase? database = null)
    {
        Database = database ?? new MemoryDatabase();
        Journal = new MemoryJournal(this);
        Runs = new MemoryRunList(this);
        Definitions = new MemoryDefinitionStore(this);
        Carriers = new MemoryCarriers(this);
        Inbox = new MemoryInbox(this);
    }

    /// <inheritdoc/>
    public IJournal Journal { get; }

    /// <inheritdoc/>
    public IRunList Runs { get; }

    /// <inheritdoc/>
    public IDefinitionStore Definitions { get; }

    /// <inheritdoc/>
    public ICarriers Carriers { get; }

    /// <inheritdoc/>
    public IInbox Inbox { get; }

    /// <summary>Whether the store is still open; a closed one carries nothing any more.</summary>
    internal bool IsOpen => !isDisposed;

    private MemoryDatabase Database { get; }

    /// <inheritdoc/>
    public Task<DateTimeOffset?> NowAsync(CancellationToken cancellation) => DoAsync(_ => (DateTimeOffset?)null, cancellation);

    /// <inheritdoc/>
    public Task MigrateAsync(CancellationToken cancellation) => DoAsync(_ => true, cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        isDisposed = true;
        return ValueTask.CompletedTask;
    }

    /// <summary>Does something with the database while nobody else does.</summary>
    internal Task<T> DoAsync<T>(Func<MemoryDatabase, T> work, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        if (cancellation.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellation);
        }

        lock (Database.Gate)
        {
            return Task.FromResult(work(Database));
        }
    }
}

internal sealed class MemoryDefinitionStore(MemoryStore store) : IDefinitionStore
{
    public Task SaveAsync(string hash, ReadOnlyMemory<byte> definition, CancellationToken cancellation) =>
        store.DoAsync(database => database.Definitions.TryAdd(hash, definition.ToArray()), cancellation);

    public Task<ReadOnlyMemory<byte>?> FindAsync(string hash, CancellationToken cancellation) => store.DoAsync(
        database => database.Definitions.TryGetValue(hash, out var body) ? body : (ReadOnlyMemory<byte>?)null,
        cancellation);

    public Task PublishAsync(ImmutableArray<Publication> publications, CancellationToken cancellation) => store.DoAsync(
        database =>
        {
            foreach (var published in publications)
            {
                var before = database.Published.GetValueOrDefault(published.Workflow)?.At ?? published.At;
                database.Published[published.Workflow] = published with { At = before > published.At ? before : published.At };
            }

            return true;
        },
        cancellation);

    public Task<Publication?> FindPublishedAsync(string workflow, CancellationToken cancellation) =>
        store.DoAsync(database => database.Published.GetValueOrDefault(workflow), cancellation);

    public Task<ImmutableArray<Publication>> ListPublishedAsync(CancellationToken cancellation) =>
        store.DoAsync(database => database.Published.Values.ToImmutableArray(), cancellation);
}
