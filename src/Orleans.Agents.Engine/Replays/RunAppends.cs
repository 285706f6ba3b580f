using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Replays;

/// <summary>Reads all that a journal has of a run, a page at a time.</summary>
internal static class RunAppends
{
    /// <summary>The run's appends, oldest first.</summary>
    /// <exception cref="HistoryException">A fact is newer than this program, or damaged.</exception>
    public static async IAsyncEnumerable<RunAppend> ReadAsync(
        IJournal journal, RunId run, int pageSize, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var after = 0L;
        while (true)
        {
            var page = await ReadPageAsync(journal, run, after, pageSize, cancellation);
            foreach (var append in page)
            {
                yield return append;
            }

            if (page.Length < pageSize)
            {
                yield break;
            }

            after = page[^1].Version;
        }
    }

    /// <summary>Some of them, those after a version.</summary>
    /// <exception cref="HistoryException">A fact is newer than this program, or damaged.</exception>
    public static async Task<ImmutableArray<RunAppend>> ReadPageAsync(
        IJournal journal, RunId run, long after, int limit, CancellationToken cancellation)
    {
        var appends = await journal.ReadAppendsAsync(run, after, limit, cancellation);
        var blobs = await RunBlobs.ReadAsync(journal, run, appends, cancellation);
        return [.. appends.Select(a => new RunAppend(a.Version, a.At, a.Epoch, RunReader.ReadEvents(run, a, blobs)))];
    }
}
