using Npgsql;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>The way to the database: a pool of connections for short calls, and connections of one's own.</summary>
internal sealed class Database : IAsyncDisposable
{
    private readonly NpgsqlDataSource source;
    private readonly bool isOwned;
    private volatile bool isClosed;

    public Database(PostgresStoreOptions options)
    {
        source = options.DataSource ?? Build(options.ConnectionString!);
        isOwned = options.DataSource is null;
        var where = new NpgsqlConnectionStringBuilder(source.ConnectionString);
        Name = $"PostgreSQL database {where.Database ?? where.Username} on {where.Host}";
    }

    /// <summary>What to call it in messages.</summary>
    public string Name { get; }

    /// <summary>
    /// Does something short on a connection of the pool. It is done again, once, when the connection turns out to be
    /// broken: after a restart of the server all that lay in the pool are. So it has to bear being done twice.
    /// </summary>
    public async Task<T> DoAsync<T>(
        Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(isClosed, typeof(PostgresStore));
        try
        {
            try
            {
                return await OnceAsync(work, cancellation);
            }
            catch (Exception lost) when (PostgresProblem.IsConnectionLost(lost))
            {
                return await OnceAsync(work, cancellation);
            }
        }
        catch (Exception problem) when (PostgresProblem.IsOfTheServer(problem))
        {
            throw PostgresProblem.ToStoreException(problem, Name);
        }
    }

    /// <summary>Opens a connection for as long as its owner wants it.</summary>
    public NpgsqlConnection Open() => source.OpenConnection();

    /// <inheritdoc cref="Open"/>
    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellation) =>
        source.OpenConnectionAsync(cancellation);

    public ValueTask DisposeAsync()
    {
        isClosed = true;
        return isOwned ? source.DisposeAsync() : ValueTask.CompletedTask;
    }

    private async Task<T> OnceAsync<T>(
        Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await work(connection, cancellation);
    }

    // Only what the store needs: each type more makes the first connection slower.
    private static NpgsqlDataSource Build(string connectionString)
    {
        var builder = new NpgsqlSlimDataSourceBuilder(connectionString);
        builder.EnableArrays();
        builder.EnableTransportSecurity();
        return builder.Build();
    }
}
