using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Orleans.Agents.Storage.Sqlite;

/// <summary>
/// One prepared statement, bound by position from 1 and read by column from 0: nothing is looked up or allocated per
/// call, because at 100,000 appends a second that would be much of what an append costs.
/// </summary>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 database;
    private readonly sqlite3_stmt statement;

    public Statement(sqlite3 database, string sql)
    {
        this.database = database;
        Check(raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out statement));
    }

    public Statement Bind(int index, long value)
    {
        Check(raw.sqlite3_bind_int64(statement, index, value));
        return this;
    }

    public Statement Bind(int index, long? value)
    {
        Check(value is { } known
            ? raw.sqlite3_bind_int64(statement, index, known)
            : raw.sqlite3_bind_null(statement, index));
        return this;
    }

    public Statement Bind(int index, string? value)
    {
        Check(value is null
            ? raw.sqlite3_bind_null(statement, index)
            : raw.sqlite3_bind_text(statement, index, value));
        return this;
    }

    public Statement Bind(int index, ReadOnlyMemory<byte> value)
    {
        // An empty span has no address, and SQLite takes "no address" for null.
        Check(value.IsEmpty
            ? raw.sqlite3_bind_zeroblob(statement, index, 0)
            : raw.sqlite3_bind_blob(statement, index, value.Span));
        return this;
    }

    /// <summary>Moves to the next row; false at the end, where the statement is ready to be bound again.</summary>
    public bool Next()
    {
        var result = raw.sqlite3_step(statement);
        if (result == raw.SQLITE_ROW)
        {
            return true;
        }

        Reset();
        Check(result);
        return false;
    }

    /// <summary>Runs a statement that answers nothing and says how many rows it changed.</summary>
    public int Run()
    {
        Next();
        return raw.sqlite3_changes(database);
    }

    /// <summary>Leaves the rows that are left unread.</summary>
    public void Reset() => _ = raw.sqlite3_reset(statement);

    public bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    public long Integer(int column) => raw.sqlite3_column_int64(statement, column);

    public long? IntegerOrNull(int column) => IsNull(column) ? null : Integer(column);

    public string Text(int column) => raw.sqlite3_column_text(statement, column).utf8_to_string();

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    public byte[] Blob(int column) => raw.sqlite3_column_blob(statement, column).ToArray();

    public bool BlobEquals(int column, ReadOnlySpan<byte> value) =>
        raw.sqlite3_column_blob(statement, column).SequenceEqual(value);

    public void Dispose() => statement.Dispose();

    private void Check(int result)
    {
        if (result is not (raw.SQLITE_OK or raw.SQLITE_DONE))
        {
            SqliteException.ThrowExceptionForRC(result, database);
        }
    }
}
