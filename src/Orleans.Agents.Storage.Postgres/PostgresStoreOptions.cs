using Npgsql;
using Orleans.Agents.Faults;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>Where the runs are kept and how this process behaves towards the server.</summary>
public sealed class PostgresStoreOptions
{
    /// <summary>
    /// How to reach the database, in Npgsql's form; it must exist. <c>Search Path</c> says in which schema the tables lie.
    /// </summary>
    /// <value>The default is null: <see cref="DataSource"/> is given instead.</value>
    public string? ConnectionString { get; set; }

    /// <summary>A data source of the application's own, say with a token that changes. The store does not dispose it.</summary>
    /// <value>The default is null: the store makes its own from <see cref="ConnectionString"/>.</value>
    public NpgsqlDataSource? DataSource { get; set; }

    /// <summary>Which kind of host the runs belong to; a database of the other kind is refused.</summary>
    /// <value>The default is <see cref="StoreHost.Embedded"/>.</value>
    public StoreHost Host { get; set; }

    /// <summary>
    /// How long this process may be silent before others take its runs. It beats four times as often, at least once a
    /// second. That it ended is noticed far sooner, by its lock; this is for a process that hangs, or is cut off.
    /// </summary>
    /// <value>The default is 10 seconds; 1 second to 10 minutes. A cluster does well with 2.5 seconds.</value>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many connections may write at once; another one is used only when a whole batch waits.</summary>
    /// <value>The default is 2; 1 to 8.</value>
    public int MaxWriters { get; set; } = 2;

    /// <summary>
    /// How many bytes of appends may wait to be written. Above it new runs are refused with <c>store.unavailable</c>, so
    /// that the ones under way get through.
    /// </summary>
    /// <value>The default is 64 MB; at least 1.</value>
    public long MaxWaitingBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Faults to be made on purpose: where a process kills itself, for tests of recovery.</summary>
    /// <value>The default is none.</value>
    public FaultPlan Faults { get; set; } = FaultPlan.None;
}

/// <summary>A kind of host.</summary>
public enum StoreHost
{
    /// <summary>Runs are carried in the processes that opened the store.</summary>
    Embedded,

    /// <summary>Runs are carried by a cluster of silos.</summary>
    Cluster,
}
