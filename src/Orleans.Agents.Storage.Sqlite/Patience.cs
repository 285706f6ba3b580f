using System.Diagnostics;

namespace Orleans.Agents.Storage.Sqlite;

/// <summary>
/// Waits for a lock in short naps. SQLite's own wait grows to 100 ms a nap, in which a busy neighbour commits a dozen
/// times; with short naps two writers of one file share it.
/// </summary>
internal struct Patience(TimeSpan timeout)
{
    private readonly long start = Stopwatch.GetTimestamp();
    private int naps;

    /// <summary>Waits a moment; false when the patience is used up.</summary>
    public bool Wait()
    {
        if (Stopwatch.GetElapsedTime(start) >= timeout)
        {
            return false;
        }

        // The first naps only give the rest of the time slice away: most locks are held for less than a millisecond.
        Thread.Sleep(naps++ < 10 ? 0 : 1);
        return true;
    }
}
