using System.Text;
using Npgsql;

namespace Orleans.Agents.EndToEnd.Tests.Checking;

/// <summary>Reads a PostgreSQL database as anybody could, without a line of the store that wrote it.</summary>
internal static class PostgresContents
{
    public static async Task<StoreContents> ReadAsync(string connectionString)
    {
        await using var connection = await OpenAsync(connectionString);
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
                    r.GetFieldValue<DateTimeOffset>(4))),
            await ListAsync(
                connection,
                "select epoch, fenced_at is not null, process from carrier order by epoch",
                r => new CarrierRow(r.GetInt64(0), r.GetBoolean(1), r.GetString(2))));
    }

    /// <summary>The first number that a query answers.</summary>
    public static async Task<long> CountAsync(string connectionString, string sql)
    {
        await using var connection = await OpenAsync(connectionString);
        return (await ListAsync(connection, sql, r => r.GetInt64(0)))[0];
    }

    // Not from a pool: the server may have been killed since the last time.
    private static async Task<NpgsqlConnection> OpenAsync(string connectionString)
    {
        var text = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
        var connection = new NpgsqlConnection(text.ToString());
        await connection.OpenAsync();
        return connection;
    }

    private static async Task<List<TRow>> ListAsync<TRow>(
        NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, TRow> read)
    {
#pragma warning disable CA2100 // The queries are the tests' own.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<TRow>();
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private static string? Text(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetString(column);

    private static long? Number(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetInt64(column);
}
