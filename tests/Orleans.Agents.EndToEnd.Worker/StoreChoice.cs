using Microsoft.Extensions.DependencyInjection;
using Orleans.Agents.Faults;
using Orleans.Agents.Storage.Postgres;

namespace Orleans.Agents.EndToEnd.Worker;

/// <summary>Which store a worker is given: <c>sqlite:</c> and a file, or <c>postgres:</c> and a connection string.</summary>
internal static class StoreChoice
{
    // Long enough for a machine that has other things to do, short enough for a test that waits for its end.
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);

    public static void Use(AgentsBuilder agents, string store, FaultPlan faults)
    {
        var colon = store.IndexOf(':', StringComparison.Ordinal);
        var place = store[(colon + 1)..];
        _ = store[..colon] switch
        {
            "sqlite" => agents.UseSqlite(place),
            "postgres" => agents.UsePostgres(
                new PostgresStoreOptions { ConnectionString = place, Lease = Lease, Faults = faults }),
            var other => throw new ArgumentException($"There is no store '{other}'.", nameof(store)),
        };
    }
}
