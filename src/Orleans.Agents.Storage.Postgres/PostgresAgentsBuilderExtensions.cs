using Orleans.Agents.Storage.Postgres;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps an application's runs in PostgreSQL.</summary>
public static class PostgresAgentsBuilderExtensions
{
    /// <summary>Keeps runs in a database that exists; the tables are made when they are not there.</summary>
    public static AgentsBuilder UsePostgres(this AgentsBuilder agents, string connectionString) =>
        agents.UsePostgres(new PostgresStoreOptions { ConnectionString = connectionString });

    /// <summary>Keeps runs in a database that exists; the tables are made when they are not there.</summary>
    public static AgentsBuilder UsePostgres(this AgentsBuilder agents, PostgresStoreOptions options) =>
        agents.UseStore(_ => new PostgresStore(options));
}
