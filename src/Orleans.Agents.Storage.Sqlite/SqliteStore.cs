using Microsoft.Data.Sqlite;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Storage.Sqlite;

/// <summary>
/// Runs in one SQLite file. An answered append has been flushed to the disk. Several stores, also of several processes,
/// may share a file; each writes from one thread of its own.
/// </summary>
public sealed class SqliteStore : IStore
{
    private readonly SqliteStoreOptions options;
    private readonly Writer writer;
    private readonly Readers readers;
    private readonly SqliteCarriers carriers;

    /// <summary>Makes a store; the file is first touched by <see cref="MigrateAsync"/>.</summary>
    /// <exception cref="ArgumentException">The path is empty, or another option is out of its range.</exception>
    public SqliteStore(SqliteStoreOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(options.Path);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.LockTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.LockTimeout, TimeSpan.FromMinutes(10));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxBytes ?? 1, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxWaitingBytes, 1);

        // A copy with the whole path: neither a later change nor another current folder may move the store.
        options = new SqliteStoreOptions
        {
            Path = Path.GetFullPath(options.Path),
            LockTimeout = options.LockTimeout,
            MaxBytes = options.MaxBytes,
            MaxWaitingBytes = options.MaxWaitingBytes,
            Faults = options.Faults,
        };
        this.options = options;
        writer = new Writer(options);
        readers = new Readers(options);
        carriers = new SqliteCarriers(writer, readers, new CarrierLocks(options.Path));
        Journal = new SqliteJournal(writer, readers, options.Faults);
        Runs = new SqliteRunList(writer, readers);
        Definitions = new SqliteDefinitionStore(writer, readers);
        Inbox = new SqliteInbox(writer, readers);
    }

    /// <inheritdoc/>
    public IJournal Journal { get; }

    /// <inheritdoc/>
    public IRunList Runs { get; }

    /// <inheritdoc/>
    public IDefinitionStore Definitions { get; }

    /// <inheritdoc/>
    public ICarriers Carriers => carriers;

    /// <inheritdoc/>
    public IInbox Inbox { get; }

    /// <summary>Answers null: whoever opens the file is on the machine it is on.</summary>
    public Task<DateTimeOffset?> NowAsync(CancellationToken cancellation) => Task.FromResult<DateTimeOffset?>(null);

    /// <inheritdoc/>
    public Task MigrateAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            Migration.Apply(options);
            return Task.CompletedTask;
        }
        catch (SqliteException problem)
        {
            return Task.FromException(SqliteProblem.ToStoreException(problem, options.Path));
        }
        catch (StoreException problem)
        {
            return Task.FromException(problem);
        }
    }

    /// <summary>Finishes the appends that were sent, copies the log back into the file and closes it.</summary>
    /// <remarks>Epochs that were not released are not fenced by this; others find their process gone.</remarks>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await writer.DisposeAsync();
        }
        finally
        {
            await readers.DisposeAsync();
            carriers.LetGo();
        }
    }
}
