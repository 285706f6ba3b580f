using System.Collections.Immutable;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;

namespace Orleans.Agents.Journal;

/// <summary>The blobs that some stored texts refer to: read for all of them at once, put back one by one.</summary>
public sealed class RunBlobs
{
    private readonly Dictionary<string, ReadOnlyMemory<byte>> bodies = new(StringComparer.Ordinal);

    private RunBlobs()
    {
    }

    /// <summary>No blobs: enough for texts that nothing was taken out of.</summary>
    public static RunBlobs None { get; } = new();

    /// <summary>Reads the blobs of histories of many runs.</summary>
    /// <exception cref="StoreException">The store cannot be reached.</exception>
    public static ValueTask<RunBlobs> ReadAsync(
        IJournal journal, ImmutableArray<RunHistory> histories, CancellationToken cancellation)
    {
        var keys = new HashSet<BlobKey>();
        foreach (var history in histories)
        {
            AddKeys(keys, history);
        }

        return ReadAsync(journal, keys, cancellation);
    }

    /// <summary>Reads the blobs of appends of one run.</summary>
    /// <exception cref="StoreException">The store cannot be reached.</exception>
    public static ValueTask<RunBlobs> ReadAsync(
        IJournal journal, RunId run, ImmutableArray<StoredAppend> appends, CancellationToken cancellation)
    {
        var keys = new HashSet<BlobKey>();
        AddKeys(keys, run, appends);
        return ReadAsync(journal, keys, cancellation);
    }

    /// <summary>Reads the blobs of new appends of many runs.</summary>
    /// <exception cref="StoreException">The store cannot be reached.</exception>
    public static ValueTask<RunBlobs> ReadAsync(
        IJournal journal, ImmutableArray<NewAppends> news, CancellationToken cancellation)
    {
        var keys = new HashSet<BlobKey>();
        foreach (var (run, appends) in news)
        {
            AddKeys(keys, run, appends);
        }

        return ReadAsync(journal, keys, cancellation);
    }

    /// <summary>The hashes of what was taken out of a history.</summary>
    internal static IEnumerable<string> HashesIn(RunHistory history)
    {
        var keys = new HashSet<BlobKey>();
        AddKeys(keys, history);
        return keys.Select(key => key.Hash);
    }

    /// <summary>A text as it was before anything was taken out of it.</summary>
    /// <exception cref="InvalidDataException">A blob is missing, or something is damaged.</exception>
    public ReadOnlyMemory<byte> PutBack(ReadOnlyMemory<byte> stored) => StoredText.PutBack(stored, bodies);

    private static async ValueTask<RunBlobs> ReadAsync(
        IJournal journal, HashSet<BlobKey> keys, CancellationToken cancellation)
    {
        if (keys.Count == 0)
        {
            return None;
        }

        // One that is not what its name says is none: the run it belongs to cannot be read, the others can.
        var read = new RunBlobs();
        foreach (var blob in await journal.ReadBlobsAsync([.. keys], cancellation))
        {
            if (!read.bodies.ContainsKey(blob.Hash) && blob.IsIntact)
            {
                read.bodies.Add(blob.Hash, blob.Body);
            }
        }

        return read;
    }

    private static void AddKeys(HashSet<BlobKey> keys, RunHistory history)
    {
        if (history.Snapshot is { } snapshot)
        {
            AddKeys(keys, history.Record.Id, snapshot.State);
        }

        AddKeys(keys, history.Record.Id, history.Tail);
    }

    private static void AddKeys(HashSet<BlobKey> keys, RunId run, ImmutableArray<StoredAppend> appends)
    {
        foreach (var append in appends)
        {
            AddKeys(keys, run, append.Events);
        }
    }

    private static void AddKeys(HashSet<BlobKey> keys, RunId run, ReadOnlyMemory<byte> stored)
    {
        foreach (var hash in StoredText.HashesIn(stored.Span))
        {
            keys.Add(new BlobKey(run, hash));
        }
    }
}
