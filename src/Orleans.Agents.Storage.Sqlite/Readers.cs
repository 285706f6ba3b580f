using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace Orleans.Agents.Storage.Sqlite;

/// <summary>A few connections that only read. Each read sees everything that was answered before it began.</summary>
internal sealed class Readers(SqliteStoreOptions options) : IAsyncDisposable
{
    private const int MaxConnections = 4;

    [SuppressMessage(
        "Usage", "CA2213:Disposable fields should be disposed", Justification = "Late readers still wait on it.")]
    private readonly SemaphoreSlim free = new(MaxConnections);
    private readonly ConcurrentStack<Database> idle = new();
    private volatile bool isClosed;

    /// <summary>Reads on a connection of the pool; everything read in one call is of one moment.</summary>
    public async Task<T> ReadAsync<T>(Func<Database, T> read, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(isClosed, typeof(SqliteStore));
        await free.WaitAsync(cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(isClosed, typeof(SqliteStore));
            return Read(read);
        }
        catch (SqliteException problem)
        {
            throw SqliteProblem.ToStoreException(problem, options.Path);
        }
        finally
        {
            free.Release();
        }
    }

    /// <summary>Closes the connections; reads under way finish first.</summary>
    public async ValueTask DisposeAsync()
    {
        isClosed = true;
        for (var i = 0; i < MaxConnections; i++)
        {
            await free.WaitAsync();
        }

        while (idle.TryPop(out var database))
        {
            database.Dispose();
        }

        free.Release(MaxConnections);
    }

    private T Read<T>(Func<Database, T> read)
    {
        if (!idle.TryPop(out var database))
        {
            database = Database.Open(options, create: false);
            database.Execute("pragma query_only = 1");
        }

        try
        {
            database.Execute("begin");
            var answer = read(database);
            database.Execute("commit");
            idle.Push(database);
            database = null;
            return answer;
        }
        finally
        {
            database?.Dispose();
        }
    }
}
