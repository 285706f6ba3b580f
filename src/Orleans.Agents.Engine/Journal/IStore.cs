using Orleans.Agents.Runs;

namespace Orleans.Agents.Journal;

/// <summary>
/// Everything durable the engine needs, in one database. Every implementation passes <c>StoreConformance</c>, which is
/// the definition of this interface and its parts; the comments here only summarise it.
/// </summary>
public interface IStore : IAsyncDisposable
{
    /// <summary>The facts of runs.</summary>
    IJournal Journal { get; }

    /// <summary>What runs there are.</summary>
    IRunList Runs { get; }

    /// <summary>What runs were pinned to when they started.</summary>
    IDefinitionStore Definitions { get; }

    /// <summary>Who may carry runs.</summary>
    ICarriers Carriers { get; }

    /// <summary>What was left for runs by others than their carriers.</summary>
    IInbox Inbox { get; }

    /// <summary>
    /// The time by the store's own clock, which all processes that share the store go by; null when it has none, because
    /// its processes are all on one machine.
    /// </summary>
    /// <exception cref="StoreException">The store cannot be reached.</exception>
    Task<DateTimeOffset?> NowAsync(CancellationToken cancellation);

    /// <summary>
    /// Looks once for all that a process might have to do, for a store in which each question costs a round trip. A store
    /// that need not save them shows everything.
    /// </summary>
    /// <param name="epoch">The epoch of the process.</param>
    /// <param name="now">The time by which runs are due.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StoreException">The store cannot be reached.</exception>
    Task<Outlook> LookAsync(Epoch epoch, DateTimeOffset now, CancellationToken cancellation) =>
        Task.FromResult(Outlook.Everything);

    /// <summary>Brings the database to the form this version writes. Safe to call from many processes at once.</summary>
    /// <exception cref="StoreException">The database is of a newer version, or cannot be reached.</exception>
    Task MigrateAsync(CancellationToken cancellation);
}
