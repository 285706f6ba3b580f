using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Orleans.Agents.Cli.Bench.Databases;

/// <summary>Statements over a connection of any kind.</summary>
internal static class Sql
{
    /// <summary>Runs a statement, or several.</summary>
    public static async Task ExecuteAsync(
        this DbConnection connection, string sql, CancellationToken cancellation, params (string Name, object Value)[] values)
    {
        await using var command = Command(connection, sql, values);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Reads the one row of a query whose columns are numbers.</summary>
    public static async Task<long[]> NumbersAsync(
        this DbConnection connection, string sql, CancellationToken cancellation, params (string Name, object Value)[] values)
    {
        await using var command = Command(connection, sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetInt64)];
    }

    /// <summary>Reads the one number a query answers.</summary>
    public static async Task<long> NumberAsync(
        this DbConnection connection, string sql, CancellationToken cancellation, params (string Name, object Value)[] values) =>
        (await connection.NumbersAsync(sql, cancellation, values))[0];

    /// <summary>Reads the texts of a query with one column.</summary>
    public static async Task<List<string>> TextsAsync(
        this DbConnection connection, string sql, CancellationToken cancellation, params (string Name, object Value)[] values)
    {
        await using var command = Command(connection, sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var texts = new List<string>();
        while (await reader.ReadAsync(cancellation))
        {
            texts.Add(reader.GetString(0));
        }

        return texts;
    }

    [SuppressMessage(
        "Security",
        "CA2100:Review SQL queries for security vulnerabilities",
        Justification = "Every text is made in this folder; what comes from outside is bound, or is a run's checked name.")]
    private static DbCommand Command(DbConnection connection, string sql, (string Name, object Value)[] values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = 0;
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value;
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
