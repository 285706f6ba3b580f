using System.Diagnostics.CodeAnalysis;
using Npgsql;
using NpgsqlTypes;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>Statements with their values, in the order of <c>$1, $2, …</c></summary>
internal static class Sql
{
    /// <summary>A statement.</summary>
    [SuppressMessage(
        "Security", "CA2100:Review SQL queries for security vulnerabilities", Justification = "Constants of this project.")]
    public static NpgsqlCommand Command(this NpgsqlConnection connection, string sql, params ReadOnlySpan<NpgsqlParameter> values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var value in values)
        {
            command.Parameters.Add(value);
        }

        return command;
    }

    public static NpgsqlParameter Text(string? value) => Of(value, NpgsqlDbType.Text);

    public static NpgsqlParameter Integer(long? value) => Of(value, NpgsqlDbType.Bigint);

    public static NpgsqlParameter Bytes(ReadOnlyMemory<byte> value) => Of(value, NpgsqlDbType.Bytea);

    public static NpgsqlParameter Moment(DateTime value) => Of(value, NpgsqlDbType.TimestampTz);

    public static NpgsqlParameter MomentOrNull(DateTime? value) => Of(value, NpgsqlDbType.TimestampTz);

    public static NpgsqlParameter Texts(List<string> values) => Of(values, NpgsqlDbType.Array | NpgsqlDbType.Text);

    public static NpgsqlParameter Integers(List<long> values) => Of(values, NpgsqlDbType.Array | NpgsqlDbType.Bigint);

    /// <summary>A value of a type that the statement need not name.</summary>
    public static NpgsqlParameter Of<T>(T value, NpgsqlDbType type) =>
        new NpgsqlParameter<T> { TypedValue = value, NpgsqlDbType = type };

    /// <summary>Reads all rows of a statement.</summary>
    public static async Task<List<T>> ReadAllAsync<T>(
        this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var all = new List<T>();
        while (await rows.ReadAsync(cancellation))
        {
            all.Add(read(rows));
        }

        return all;
    }

    public static string? TextOrNull(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetString(column);

    public static DateTimeOffset Moment(this NpgsqlDataReader row, int column) =>
        row.GetFieldValue<DateTimeOffset>(column);

    public static byte[] Bytes(this NpgsqlDataReader row, int column) => row.GetFieldValue<byte[]>(column);
}
