using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Orleans.Agents.Storage.Sqlite;

/// <summary>One open connection with its prepared statements. Used by one thread at a time.</summary>
internal sealed class Database : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly Dictionary<string, Statement> statements = [];

    private Database(SqliteConnection connection) => this.connection = connection;

    /// <summary>Whether a transaction is open.</summary>
    public bool IsInTransaction => raw.sqlite3_get_autocommit(Handle) == 0;

    /// <summary>The rowid of the last inserted row.</summary>
    public long LastRowId => raw.sqlite3_last_insert_rowid(Handle);

    private sqlite3 Handle => connection.Handle!;

    /// <summary>Opens the file; it must exist unless <paramref name="create"/> is set.</summary>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    public static Database Open(SqliteStoreOptions options, bool create)
    {
        var text = new SqliteConnectionStringBuilder
        {
            DataSource = options.Path,
            Mode = create ? SqliteOpenMode.ReadWriteCreate : SqliteOpenMode.ReadWrite,
            Pooling = false,
        };
        var database = new Database(new SqliteConnection(text.ToString()));
        try
        {
            database.connection.Open();
            database.WaitForLocks(options.LockTimeout);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>How long each statement waits for locks that others hold.</summary>
    public void WaitForLocks(TimeSpan timeout) =>
        _ = raw.sqlite3_busy_timeout(Handle, (int)timeout.TotalMilliseconds);

    /// <summary>Breaks off the statement under way, from any thread.</summary>
    public void Interrupt() => raw.sqlite3_interrupt(Handle);

    /// <summary>Gives the statement with this text, prepared the first time.</summary>
    public Statement Prepare(string sql)
    {
        if (!statements.TryGetValue(sql, out var statement))
        {
            statement = new Statement(Handle, sql);
            statements.Add(sql, statement);
        }

        return statement;
    }

    /// <summary>Runs statements that bind nothing and whose answers nobody reads.</summary>
    public void Execute(string sql)
    {
        var result = raw.sqlite3_exec(Handle, sql);
        if (result != raw.SQLITE_OK)
        {
            SqliteException.ThrowExceptionForRC(result, Handle);
        }
    }

    public void Dispose()
    {
        foreach (var statement in statements.Values)
        {
            statement.Dispose();
        }

        connection.Dispose();
    }
}
