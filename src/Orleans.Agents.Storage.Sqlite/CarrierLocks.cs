using System.Diagnostics.CodeAnalysis;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Sqlite;

/// <summary>The lock files of epochs: <c>&lt;database&gt;.carriers/&lt;epoch&gt;.lock</c>.</summary>
internal sealed class CarrierLocks(string fullPath)
{
    private string? folder;

    // Whoever opens the file by a link must find the same locks.
    private string Folder =>
        folder ??= (File.ResolveLinkTarget(fullPath, returnFinalTarget: true)?.FullName ?? fullPath) + ".carriers";

    /// <summary>Takes the lock of a new epoch, which nobody else can know of yet.</summary>
    /// <exception cref="StoreException">The lock cannot be taken, or locks have no effect in this folder.</exception>
    [SuppressMessage(
        "Reliability", "CA2000:Dispose objects before losing scope", Justification = "The caller gets it.")]
    public CarrierLock Hold(Epoch epoch)
    {
        CarrierLock? taken = null;
        try
        {
            taken = TryHold(epoch);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw Unavailable($"The lock file of epoch {epoch} could not be made in {Folder}.", problem);
        }

        if (taken is null)
        {
            throw Unavailable($"Somebody else holds the lock file of epoch {epoch} in {Folder}.", null);
        }

        // Some network disks grant every lock. There, a second process would take the first for dead and fence it.
        if (TryHold(epoch) is { } second)
        {
            second.Dispose();
            taken.Dispose();
            throw Unavailable($"File locks have no effect in {Folder}; keep the database on a local disk.", null);
        }

        return taken;
    }

    /// <summary>Takes the lock of an epoch if its process is gone.</summary>
    [SuppressMessage(
        "Reliability", "CA2000:Dispose objects before losing scope", Justification = "The lock owns its file.")]
    public CarrierLock? TryHold(Epoch epoch)
    {
        Directory.CreateDirectory(Folder);
        var path = Path.Combine(Folder, $"{epoch}.lock");
        try
        {
            return new CarrierLock(
                epoch, path, new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
        catch (UnauthorizedAccessException) when (File.Exists(path))
        {
            // Another user's lock file: whether its process lives cannot be told, so it is taken to.
            return null;
        }
    }

    private static StoreException Unavailable(string message, Exception? inner) =>
        new("store.unavailable", message, isTransient: false, inner);
}

/// <summary>A lock file that is held.</summary>
internal sealed class CarrierLock(Epoch epoch, string path, FileStream file) : IDisposable
{
    /// <summary>Whose it is.</summary>
    public Epoch Epoch => epoch;

    /// <summary>Lets go of a fenced epoch and removes its file, which nobody asks about again.</summary>
    public void Delete()
    {
        file.Dispose();
        File.Delete(path);
    }

    public void Dispose() => file.Dispose();
}
