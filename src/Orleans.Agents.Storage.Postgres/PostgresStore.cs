using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>
/// Runs in a PostgreSQL database, version 14 or later. An answered append is durable. Any number of stores, of any number
/// of processes, may share a database; each carries runs under epochs of its own.
/// </summary>
public sealed class PostgresStore : IStore
{
    private readonly Database database;
    private readonly StoreHost host;
    private readonly Writer writer;
    private readonly PostgresCarriers carriers;
    private readonly Lock gate = new();
    private Task? closing;

    /// <summary>Makes a store; the database is first touched by <see cref="MigrateAsync"/>.</summary>
    /// <exception cref="ArgumentException">
    /// There is not exactly one of connection string and data source, or another option is out of its range.
    /// </exception>
    public PostgresStore(PostgresStoreOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.ConnectionString) == options.DataSource is null)
        {
            throw new ArgumentException("A store needs either a connection string or a data source.", nameof(options));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(options.Lease, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Lease, TimeSpan.FromMinutes(10));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxWriters, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaxWriters, 8);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxWaitingBytes, 1);
        host = options.Host;
        database = new Database(options);
        writer = new Writer(database, options.MaxWriters, options.MaxWaitingBytes);
        carriers = new PostgresCarriers(database, options.Lease);
        Journal = new PostgresJournal(database, writer);
        Runs = new PostgresRunList(database);
        Definitions = new PostgresDefinitionStore(database);
        Inbox = new PostgresInbox(database);
    }

    /// <inheritdoc/>
    public IJournal Journal { get; }

    /// <inheritdoc/>
    public IRunList Runs { get; }

    /// <inheritdoc/>
    public IDefinitionStore Definitions { get; }

    /// <inheritdoc/>
    public ICarriers Carriers => carriers;

    /// <summary>Whether there is a store: the database is there and was migrated once. Changes nothing.</summary>
    /// <exception cref="StoreException">The database cannot be reached.</exception>
    public Task<bool> ExistsAsync(CancellationToken cancellation) => database.DoAsync(Migration.IsAppliedAsync, cancellation);

    /// <inheritdoc/>
    public IInbox Inbox { get; }

    /// <inheritdoc/>
    public Task MigrateAsync(CancellationToken cancellation) => database.DoAsync(
        (connection, stop) => Migration.ApplyAsync(connection, database.Name, host, stop), cancellation);

    /// <inheritdoc/>
    public async Task<DateTimeOffset?> NowAsync(CancellationToken cancellation) => await database.DoAsync(
        async (connection, stop) =>
        {
            await using var now = connection.Command("select clock_timestamp()");
            return new DateTimeOffset((DateTime)(await now.ExecuteScalarAsync(stop))!);
        },
        cancellation);

    /// <inheritdoc/>
    public Task<Outlook> LookAsync(Epoch epoch, DateTimeOffset now, CancellationToken cancellation) => database.DoAsync(
        (connection, stop) => Looking.AtAsync(connection, epoch, carriers.HeldEpochs, now, stop), cancellation);

    /// <summary>Finishes the appends that were sent and closes all connections.</summary>
    /// <remarks>Epochs that were not released are not fenced by this; others find their process gone.</remarks>
    public ValueTask DisposeAsync()
    {
        lock (gate)
        {
            return new ValueTask(closing ??= CloseAsync());
        }
    }

    private async Task CloseAsync()
    {
        await writer.DisposeAsync();
        await carriers.DisposeAsync();
        await database.DisposeAsync();
    }
}
