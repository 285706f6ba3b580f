using Npgsql;
using Orleans.Agents.Storage.Tests;

namespace Orleans.Agents.Cli.Tests;

/// <summary>A database of its own on the server all tests share.</summary>
internal sealed class PostgresDatabase : IDisposable
{
    private readonly string name = $"cli_{Guid.NewGuid():n}";

    public PostgresDatabase()
    {
        Execute(PostgresServer.Shared.ConnectionString, $"create database {name}");
        Address = new NpgsqlConnectionStringBuilder(PostgresServer.Shared.ConnectionString) { Database = name };
    }

    /// <summary>How to reach it; each time anew, to be changed.</summary>
    public NpgsqlConnectionStringBuilder Address
    {
        get => new(field.ConnectionString);
        private init;
    }

    public string ConnectionString => Address.ConnectionString;

    /// <summary>How other programs than .NET's call it.</summary>
    public string Url
    {
        get
        {
            var secret = Address.Password is { } password ? $":{Uri.EscapeDataString(password)}" : "";
            return $"postgres://{Uri.EscapeDataString(Address.Username!)}{secret}@/{name}?host={Address.Host}&port={Address.Port}";
        }
    }

    public void Execute(string sql) => Execute(ConnectionString, sql);

    public void Dispose()
    {
        NpgsqlConnection.ClearAllPools();
        Execute(PostgresServer.Shared.ConnectionString, $"drop database {name} with (force)");
    }

    private static void Execute(string where, string sql)
    {
        using var connection = new NpgsqlConnection(where);
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The tests' own constants.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
