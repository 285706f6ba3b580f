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
            var page = await journal.ReadAppendsAsync(run, after, pageSize, cancellation);
            var blobs = await RunBlobs.ReadAsync(journal, run, page, cancellation);
            foreach (var append in page)
            {
                yield return new RunAppend(append.Version, append.At, append.Epoch, RunReader.ReadEvents(run, append, blobs));
            }

            if (page.Length < pageSize)
            {
                yield break;
            }

            after = page[^1].Version;
        }
    }
}
