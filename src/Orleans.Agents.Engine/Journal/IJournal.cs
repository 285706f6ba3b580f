using System.Collections.Immutable;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Journal;

/// <summary>Keeps the appends of runs: the only truth. Defined by <c>JournalConformance</c>.</summary>
public interface IJournal
{
    /// <summary>
    /// Stores one append, whole or not at all, and answers when it is durable. The caller has at most one append per run
    /// under way; appends of different runs that arrive together share a commit and never fail each other.
    /// </summary>
    /// <remarks>
    /// A cancelled call may still have stored its append. After a <see cref="StoreException"/> the outcome is unknown;
    /// the same append (its place, epoch and bytes) may be sent again, and is <see cref="Appended.Stored"/> if it was
    /// stored the first time, whatever happened to the run since; unless its epoch is fenced, which is always
    /// <see cref="Appended.Lost"/>.
    /// </remarks>
    /// <exception cref="ArgumentException">The append is malformed.</exception>
    /// <exception cref="StoreException">The store cannot be reached or is full.</exception>
    ValueTask<Appended> AppendAsync(Append append, CancellationToken cancellation);

    /// <summary>
    /// Makes an epoch the owner of a run that nobody carries: one that was released, or whose owner is fenced.
    /// </summary>
    /// <returns>
    /// Whether the epoch owns the run now; also true when it did before. Never true for a fenced epoch, an unknown run
    /// or one that is over.
    /// </returns>
    Task<bool> ClaimAsync(RunId run, Epoch epoch, CancellationToken cancellation);

    /// <summary>Reads what is needed to carry a run on: its latest snapshot and the appends after it.</summary>
    Task<RunHistory?> ReadAsync(RunId run, CancellationToken cancellation);

    /// <summary>Reads a run's appends after a version, oldest first, at most <paramref name="limit"/> of them.</summary>
    Task<ImmutableArray<StoredAppend>> ReadAppendsAsync(
        RunId run, long after, int limit, CancellationToken cancellation);
}
