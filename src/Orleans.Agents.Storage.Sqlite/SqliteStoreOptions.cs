using Orleans.Agents.Faults;

namespace Orleans.Agents.Storage.Sqlite;

/// <summary>Where the runs are kept and how the file is shared.</summary>
public sealed class SqliteStoreOptions
{
    /// <summary>
    /// The database file, on a local disk. Its folder must exist; the file is created when it is missing. Beside it lie
    /// SQLite's own <c>-wal</c> and <c>-shm</c> files and the folder <c>.carriers</c> with one lock file per epoch.
    /// </summary>
    /// <value>The default is <c>agents.db</c> in the current folder.</value>
    public string Path { get; set; } = "agents.db";

    /// <summary>How long a call waits while other processes write to the same file.</summary>
    /// <value>The default is 10 seconds; zero to 10 minutes.</value>
    public TimeSpan LockTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How large the database file may grow; appends fail with <c>store.full</c> beyond it.</summary>
    /// <value>The default is null: as large as the disk allows. At least 1.</value>
    public long? MaxBytes { get; set; }

    /// <summary>
    /// How many bytes of writes may wait for the file. Above it new runs are refused with <c>store.unavailable</c>, so that
    /// the ones under way get through.
    /// </summary>
    /// <value>The default is 64 MB; at least 1.</value>
    public long MaxWaitingBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Faults to be made on purpose: where a process kills itself, for tests of recovery.</summary>
    /// <value>The default is none.</value>
    public FaultPlan Faults { get; set; } = FaultPlan.None;
}
