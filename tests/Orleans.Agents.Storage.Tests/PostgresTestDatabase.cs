using Npgsql;
using Orleans.Agents.Journal;
using Orleans.Agents.Storage.Postgres;

namespace Orleans.Agents.Storage.Tests;

/// <summary>A schema of its own on the server all tests share.</summary>
public sealed class PostgresTestDatabase : ITestDatabase
{
    private readonly string schema = $"test_{Guid.NewGuid():n}";
    private readonly NpgsqlDataSource source;

    public PostgresTestDatabase()
        : this(PostgresServer.Shared)
    {
    }

    public PostgresTestDatabase(PostgresServer server)
    {
        ConnectionString = new NpgsqlConnectionStringBuilder(server.ConnectionString)
        {
            SearchPath = schema,
            ApplicationName = schema,
            IncludeErrorDetail = true,
        }.ToString();
        source = NpgsqlDataSource.Create(ConnectionString + ";Application Name=test;Maximum Pool Size=4");
        Execute($"create schema {schema}");
    }

    /// <summary>How to reach the schema.</summary>
    public string ConnectionString { get; }

    public IStore Open() => Open(new PostgresStoreOptions());

    /// <summary>Opens a store with options of its own.</summary>
    public PostgresStore Open(PostgresStoreOptions options)
    {
        options.ConnectionString = ConnectionString;
        return new PostgresStore(options);
    }

    /// <summary>Carries out a statement and says how many rows it changed.</summary>
    public int Execute(string sql)
    {
        using var command = source.CreateCommand(sql);
        return command.ExecuteNonQuery();
    }

    /// <summary>What a query answers first.</summary>
    public T Ask<T>(string sql)
    {
        using var command = source.CreateCommand(sql);
        return (T)command.ExecuteScalar()!;
    }

    /// <summary>Ends connections of the stores as an administrator would: those with this in their last statement.</summary>
    public int Kill(string like = "%")
    {
        using var command = source.CreateCommand(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = $1 and query ilike $2");
        command.Parameters.AddWithValue(schema);
        command.Parameters.AddWithValue(like);
        return (int)(long)command.ExecuteScalar()!;
    }

    public void Dispose()
    {
        Execute($"drop schema {schema} cascade");
        source.Dispose();
    }
}
