using Microsoft.Data.Sqlite;
using Orleans.Agents.Journal;
using SQLitePCL;

namespace Orleans.Agents.Storage.Sqlite;

/// <summary>
/// Copies a store to another file while processes carry runs in it. The copy is of one moment, and is a store itself: the
/// epochs in it count as gone there, so that whoever opens it takes its runs over.
/// </summary>
public static class SqliteBackup
{
    /// <summary>Writes the copy. It is on the disk and whole when this returns; before that it has another name.</summary>
    /// <param name="options">The store.</param>
    /// <param name="to">A file that does not exist, in a folder that does.</param>
    /// <param name="cancellation">Breaks the copy off; nothing is left of it.</param>
    /// <exception cref="StoreException">The store cannot be read, or the copy not be written.</exception>
    /// <exception cref="IOException">There is something at this place already.</exception>
    public static void Write(SqliteStoreOptions options, string to, CancellationToken cancellation)
    {
        to = Path.GetFullPath(to);
        ThrowIfExists(to);
        var partial = $"{to}.partial";
        try
        {
            File.Delete(partial);
            Copy(options, partial, cancellation);
            Flush(partial);
            ThrowIfExists(to);
            File.Move(partial, to, overwrite: false);
        }
        catch (SqliteException stopped) when (stopped.SqliteErrorCode == raw.SQLITE_INTERRUPT)
        {
            throw new OperationCanceledException("The copy was broken off.", stopped, cancellation);
        }
        catch (SqliteException problem)
        {
            throw SqliteProblem.ToStoreException(problem, options.Path);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    // A reader like any other: in a write-ahead log it keeps nobody from writing.
    private static void Copy(SqliteStoreOptions options, string to, CancellationToken cancellation)
    {
        using var database = Database.Open(options, create: false);
        using var stopping = cancellation.Register(database.Interrupt);
        cancellation.ThrowIfCancellationRequested();
        database.Prepare("vacuum into ?1").Bind(1, to).Run();
    }

    // SQLite leaves it to the system when the copy reaches the disk.
    private static void Flush(string file)
    {
        using var copy = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        copy.Flush(flushToDisk: true);
    }

    private static void ThrowIfExists(string file)
    {
        if (Path.Exists(file))
        {
            throw new IOException($"{file} exists; a backup is a new file.");
        }
    }
}
