using System.Diagnostics;
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
        source = NpgsqlDataSource.Create(ConnectionString + ";Application Name=test;Pooling=false");
        Execute($"create schema {schema}");
    }

    /// <summary>How to reach the schema.</summary>
    public string ConnectionString { get; }

    public PostgresStore Open() => Open(new PostgresStoreOptions());

    IStore ITestDatabase.Open() => Open();

    /// <summary>Opens a store with options of its own.</summary>
    public PostgresStore Open(PostgresStoreOptions options)
    {
        options.ConnectionString = ConnectionString;
        return new PostgresStore(options);
    }

    /// <summary>Opens a store that reaches its server through a proxy.</summary>
    public PostgresStore Open(CuttingProxy proxy) => new(new PostgresStoreOptions
    {
        ConnectionString = new NpgsqlConnectionStringBuilder(ConnectionString) { Host = proxy.Host }.ToString(),
    });

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

    /// <summary>Carries out a statement whose locks last until what it returns is disposed.</summary>
    public async Task<IAsyncDisposable> BlockAsync(string sql)
    {
        var connection = await source.OpenConnectionAsync();
        await connection.BeginTransactionAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The tests write it.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    /// <summary>
    /// Waits until a condition in SQL holds; <c>{mine}</c> in it is a condition on <c>pg_stat_activity</c> that holds for
    /// the connections of this database's stores.
    /// </summary>
    public async Task UntilAsync(string condition)
    {
        var sql = $"select {condition.Replace("{mine}", $"application_name = '{schema}'", StringComparison.Ordinal)}";
        var start = Stopwatch.GetTimestamp();
        while (!Ask<bool>(sql))
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromMinutes(1), $"It never was: {condition}");
            await Task.Delay(10);
        }
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
