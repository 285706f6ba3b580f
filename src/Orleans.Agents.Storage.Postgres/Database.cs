using Npgsql;
using Orleans.Agents.Faults;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>The way to the database: a pool of connections for short calls, and connections of one's own.</summary>
internal sealed class Database : IAsyncDisposable
{
    private const int MostAtOnce = 16;

    private readonly NpgsqlDataSource source;
    private readonly bool isOwned;
    private readonly SemaphoreSlim turns = new(MostAtOnce);
    private volatile bool isClosed;

    public Database(PostgresStoreOptions options)
    {
        source = options.DataSource ?? Build(options.ConnectionString!);
        isOwned = options.DataSource is null;
        Faults = options.Faults;
        var where = new NpgsqlConnectionStringBuilder(source.ConnectionString);
        Name = $"PostgreSQL database {where.Database ?? where.Username} at {where.Host}:{where.Port}";
    }

    /// <summary>What to call it in messages.</summary>
    public string Name { get; }

    /// <summary>The faults to be made on purpose on the way there.</summary>
    public FaultPlan Faults { get; }

    /// <summary>
    /// Does something short on a connection of the pool. It is done again, once, when the connection turns out to be
    /// broken: after a restart of the server all that lay in the pool are. So it has to bear being done twice. Who comes
    /// when many are at it waits its turn; connections cost the server memory.
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

    /// <summary>
    /// Whether what answers is what was connected to. A pooler that gives its sessions to others makes up a process id of
    /// its own; then nothing of a session may be relied upon: no settings, no prepared statements, no locks.
    /// </summary>
    public static bool IsSessionOf(NpgsqlConnection connection, int backend) => connection.ProcessID == backend;

    public async ValueTask DisposeAsync()
    {
        isClosed = true;
        if (isOwned)
        {
            await source.DisposeAsync();
        }

        turns.Dispose();
    }

    private async Task<T> OnceAsync<T>(
        Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        await turns.WaitAsync(cancellation);
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellation);
            return await work(connection, cancellation);
        }
        finally
        {
            turns.Release();
        }
    }

    // Only what the store needs: each type more makes the first connection slower.
    private static NpgsqlDataSource Build(string connectionString)
    {
        var builder = new NpgsqlSlimDataSourceBuilder(WithoutKerberos(connectionString));
        builder.EnableArrays();
        builder.EnableTransportSecurity();
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false)); // all of them are the server's own
        return builder.Build();
    }

    // Npgsql asks for Kerberos' encryption first, and where there is none, which is nearly everywhere, connects a second
    // time. Who has it says so; TLS is asked for as ever.
    private static string WithoutKerberos(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (!settings.ShouldSerialize("GSS Encryption Mode")
            && Environment.GetEnvironmentVariable("PGGSSENCMODE") is null)
        {
            settings.GssEncryptionMode = GssEncryptionMode.Disable;
        }

        return settings.ConnectionString;
    }
}
