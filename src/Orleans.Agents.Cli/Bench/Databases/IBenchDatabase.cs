using System.Data.Common;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Cli.Bench.Databases;

/// <summary>A database of the bench's own, with what has to be known of its kind to measure it.</summary>
internal interface IBenchDatabase
{
    /// <summary>Where another process finds it.</summary>
    BenchAddress Address { get; }

    /// <summary>
    /// A query for every result in the journal: <c>run</c>, <c>visit</c>, <c>branch</c> and the <c>epoch</c> it was stored
    /// under.
    /// </summary>
    string ResultsSql { get; }

    /// <summary>The events of a row of <c>appends</c> called <c>a</c>, as text.</summary>
    string EventsText { get; }

    /// <summary>Makes a store over it; whoever asked disposes of it.</summary>
    IStore OpenStore();

    /// <summary>Opens a connection of its own, which knows nothing of the store's.</summary>
    Task<DbConnection> ConnectAsync(CancellationToken cancellation);

    /// <summary>Puts copies of a run that an engine carried into the store, much faster than an engine could.</summary>
    Task CopyRunAsync(RunCopies copies, CancellationToken cancellation);

    /// <summary>What the database has done so far. A connection must be open meanwhile.</summary>
    Task<StoreCounters> CountAsync(CancellationToken cancellation);

    /// <summary>
    /// Writes runs of the floor: the statements of an append in one loop, with nothing around them, over the store's own
    /// tables.
    /// </summary>
    /// <returns>How long each round took, in milliseconds; a round is the whole life of all runs of the plan.</returns>
    Task<IReadOnlyList<double>> MeasureFloorAsync(FloorPlan plan, CancellationToken cancellation);

    /// <summary>Removes the database and everything in it.</summary>
    Task RemoveAsync();
}

/// <summary>Copies of a run to be made.</summary>
/// <param name="Of">The run.</param>
/// <param name="Count">How many.</param>
/// <param name="Prefix">What their names begin with; a number follows.</param>
internal sealed record RunCopies(string Of, int Count, string Prefix);

/// <summary>What the loop of the floor does.</summary>
/// <param name="Runs">How many runs share each commit.</param>
/// <param name="Steps">How many steps a run has, after its start.</param>
/// <param name="Time">How long to go on; one round at least.</param>
/// <param name="Pause">How long each step takes before its result is stored.</param>
internal sealed record FloorPlan(int Runs, int Steps, TimeSpan Time, TimeSpan Pause = default);

/// <summary>What a database says it has done since it was started; null where it does not say.</summary>
/// <param name="Commits">Transactions that changed something.</param>
/// <param name="Flushes">Flushes of the write-ahead log.</param>
/// <param name="WalBytes">Bytes of the write-ahead log.</param>
/// <param name="WrittenBytes">Bytes sent to the disk, where this process is the one who sends them.</param>
/// <param name="Processor">Processor time of the database's own processes, where they are on this machine.</param>
internal readonly record struct StoreCounters(
    long? Commits = null,
    long? Flushes = null,
    long? WalBytes = null,
    long? WrittenBytes = null,
    TimeSpan? Processor = null)
{
    /// <summary>What was done between two counts.</summary>
    public static StoreCounters operator -(StoreCounters after, StoreCounters before) => new(
        after.Commits - before.Commits,
        after.Flushes - before.Flushes,
        after.WalBytes - before.WalBytes,
        after.WrittenBytes - before.WrittenBytes,
        after.Processor - before.Processor);
}
