using Orleans.Agents.Faults;
using Orleans.Agents.Storage.Sqlite;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps an application's runs in SQLite.</summary>
public static class SqliteAgentsBuilderExtensions
{
    /// <summary>Keeps runs in one file; it is created when it is not there.</summary>
    public static AgentsBuilder UseSqlite(this AgentsBuilder agents, string path) =>
        agents.UseStore(services => new SqliteStore(
            new SqliteStoreOptions { Path = path, Faults = services.GetRequiredService<FaultPlan>() }));
}
