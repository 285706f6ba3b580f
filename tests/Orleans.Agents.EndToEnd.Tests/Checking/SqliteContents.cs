using System.Text;
using Microsoft.Data.Sqlite;

namespace Orleans.Agents.EndToEnd.Tests.Checking;

/// <summary>Reads a SQLite file as anybody could, without a line of the store that wrote it.</summary>
internal static class SqliteContents
{
    static SqliteContents() => SQLitePCL.Batteries_V2.Init();

    public static async Task<StoreContents> ReadAsync(string path)
    {
        await using var connection = await OpenAsync(path);
        return new StoreContents(
            await ListAsync(
                connection,
                "select id, key, version, status, owner from runs order by run",
                r => new RunRow(r.GetString(0), Text(r, 1), r.GetInt64(2), r.GetString(3), Number(r, 4))),
            await ListAsync(
                connection,
                "select runs.id, seq, epoch, events, at from appends join runs using (run) order by run, seq",
                r => new AppendRow(
                    r.GetString(0),
                    r.GetInt64(1),
                    r.GetInt64(2),
                    Encoding.UTF8.GetString(r.GetFieldValue<byte[]>(3)),
                    DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(4)))),
            await ListAsync(
                connection,
                "select epoch, fenced_at is not null, process from carrier order by epoch",
                r => new CarrierRow(r.GetInt64(0), r.GetBoolean(1), r.GetString(2))));
    }

    /// <summary>The first number that a query answers.</summary>
    public static async Task<long> CountAsync(string path, string sql)
    {
        await using var connection = await OpenAsync(path);
        return (await ListAsync(connection, sql, r => r.GetInt64(0)))[0];
    }

    private static async Task<SqliteConnection> OpenAsync(string path)
    {
        var text = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 60 };
        var connection = new SqliteConnection(text.ToString());
        await connection.OpenAsync();
        return connection;
    }

    private static async Task<List<TRow>> ListAsync<TRow>(
        SqliteConnection connection, string sql, Func<SqliteDataReader, TRow> read)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The queries are this file's own.
        command.CommandText = sql;
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<TRow>();
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private static string? Text(SqliteDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetString(column);

    private static long? Number(SqliteDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetInt64(column);
}
