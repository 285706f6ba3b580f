using System.Collections.Immutable;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;

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
    /// Makes an epoch the owner of those runs that nobody carries (they were released, or their owner is fenced), that
    /// are not over, and that are still at the version their claim says: what was read of them is all there is.
    /// </summary>
    /// <returns>
    /// The runs the epoch owns now, in no particular order; also those it owned before, if they are at that version.
    /// None for a fenced epoch.
    /// </returns>
    /// <remarks>After a <see cref="StoreException"/> some may have been claimed; the same claims may be made again.</remarks>
    Task<ImmutableArray<RunId>> ClaimAsync(
        ImmutableArray<RunClaim> claims, Epoch epoch, CancellationToken cancellation);

    /// <summary>
    /// Reads what is needed to carry runs on: of each the latest snapshot and the appends after it. Runs that do not
    /// exist are left out; the order is not that of the names.
    /// </summary>
    Task<ImmutableArray<RunHistory>> ReadAsync(ImmutableArray<RunId> runs, CancellationToken cancellation);

    /// <summary>Reads a run's appends after a version, oldest first, at most <paramref name="limit"/> of them.</summary>
    Task<ImmutableArray<StoredAppend>> ReadAppendsAsync(
        RunId run, long after, int limit, CancellationToken cancellation);

    /// <summary>
    /// Reads what is new of many runs at once: of each the appends after a version, oldest first, at most
    /// <paramref name="limit"/> of them. Runs that do not exist or have nothing new are left out; the order is not that of
    /// the places.
    /// </summary>
    /// <param name="places">From where on; each run stands among them once.</param>
    /// <param name="limit">At most this many of each run.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    Task<ImmutableArray<NewAppends>> ReadNewAsync(
        ImmutableArray<RunPlace> places, int limit, CancellationToken cancellation);

    /// <summary>
    /// Reads blobs, byte for byte as sent, in no particular order. Those that do not exist are left out; one that several
    /// runs have may come for each.
    /// </summary>
    Task<ImmutableArray<Blob>> ReadBlobsAsync(ImmutableArray<BlobKey> blobs, CancellationToken cancellation);
}

/// <summary>How far somebody has read a run.</summary>
/// <param name="Run">The run.</param>
/// <param name="After">The version that was read last; 0 when nothing was.</param>
public readonly record struct RunPlace(RunId Run, long After);

/// <summary>What is new of a run.</summary>
/// <param name="Run">The run.</param>
/// <param name="Appends">The appends, oldest first; never none.</param>
public sealed record NewAppends(RunId Run, ImmutableArray<StoredAppend> Appends);

/// <summary>Which blob of which run.</summary>
/// <param name="Run">The run.</param>
/// <param name="Hash">The blob's hash.</param>
public readonly record struct BlobKey(RunId Run, string Hash);

/// <summary>The wish to carry a run on from what was read of it.</summary>
/// <param name="Run">The run.</param>
/// <param name="Version">The version it was read at.</param>
public readonly record struct RunClaim(RunId Run, long Version);

/// <summary>The journal's questions about many runs, asked about one.</summary>
public static class JournalExtensions
{
    /// <summary>Reads what is needed to carry one run on; null when there is none of this name.</summary>
    public static async Task<RunHistory?> ReadAsync(this IJournal journal, RunId run, CancellationToken cancellation) =>
        await journal.ReadAsync([run], cancellation) is [var history] ? history : null;
}
