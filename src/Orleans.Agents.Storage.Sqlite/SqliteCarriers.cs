using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Sqlite;

/// <summary>
/// Epochs in the file, each with a lock file that its process holds while it lives. The operating system gives the lock
/// back when the process ends, however it ends; whoever can take it knows that the process is gone.
/// </summary>
internal sealed class SqliteCarriers(Writer writer, Readers readers, CarrierLocks locks) : ICarriers
{
    private const int RowBytes = 64;

    private static readonly string Process = string.Create(
        CultureInfo.InvariantCulture, $"{Environment.MachineName}:{Environment.ProcessId}");

    private readonly ConcurrentDictionary<Epoch, CarrierLock> held = new();

    /// <inheritdoc/>
    public async Task<Epoch> TakeAsync(bool isKeeper, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        CarrierLock? taken = null;
        try
        {
            // Others see the row when the transaction is through; by then the lock is held. It is not cancelled on the
            // way: nobody would know of the epoch.
            var epoch = await writer.DoAsync(
                session =>
                {
                    taken?.Dispose();
                    var next = Insert(session);
                    taken = locks.Hold(next);
                    return next;
                },
                RowBytes,
                CancellationToken.None);
            held[epoch] = taken!;
            return epoch;
        }
        catch
        {
            taken?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<Epoch>> FenceGoneAsync(CancellationToken cancellation)
    {
        var unfenced = await readers.ReadAsync(Unfenced, cancellation);
        var others = unfenced.Where(epoch => !held.ContainsKey(epoch));
        var gone = others.Select(locks.TryHold).OfType<CarrierLock>().ToList();
        try
        {
            var fenced = gone.Count == 0
                ? []
                : await writer.DoAsync(
                    session => gone.Select(held => held.Epoch).Where(session.Fence).ToImmutableArray(),
                    gone.Count * RowBytes,
                    cancellation);
            gone.ForEach(dead => dead.Delete());
            return fenced;
        }
        finally
        {
            gone.ForEach(dead => dead.Dispose());
        }
    }

    /// <inheritdoc/>
    public async Task ReleaseAsync(Epoch epoch, CancellationToken cancellation)
    {
        await writer.DoAsync(session => session.Release(epoch), RowBytes, cancellation);
        if (held.TryRemove(epoch, out var lockFile))
        {
            using (lockFile)
            {
                lockFile.Delete();
            }
        }
    }

    /// <inheritdoc/>
    public Task<bool> IsFencedAsync(Epoch epoch, CancellationToken cancellation) => readers.ReadAsync(
        database =>
        {
            var statement = database.Prepare("select 1 from carrier where epoch = ?1 and fenced_at is null");
            var isValid = statement.Bind(1, epoch.Value).Next();
            statement.Reset();
            return !isValid;
        },
        cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<Epoch>> FindCrashedAsync(ImmutableArray<Epoch> epochs, CancellationToken cancellation) =>
        readers.ReadAsync(database => epochs.Where(epoch => HasCrashed(database, epoch)).ToImmutableArray(), cancellation);

    /// <summary>Lets all locks go: to others it is as if the process had ended.</summary>
    public void LetGo()
    {
        foreach (var epoch in held.Keys)
        {
            if (held.TryRemove(epoch, out var lockFile))
            {
                lockFile.Dispose();
            }
        }
    }

    private static Epoch Insert(WriteSession session)
    {
        session.Prepare($"insert into carrier (taken_at, process) values ({Clock.Now}, ?1)").Bind(1, Process).Run();
        return new Epoch(session.LastRowId);
    }

    private static bool HasCrashed(Database database, Epoch epoch)
    {
        var statement = database.Prepare(
            "select 1 from carrier where epoch = ?1 and fenced_at is not null and left_at is null");
        var hasCrashed = statement.Bind(1, epoch.Value).Next();
        statement.Reset();
        return hasCrashed;
    }

    private static List<Epoch> Unfenced(Database database)
    {
        var statement = database.Prepare("select epoch from carrier where fenced_at is null");
        var epochs = new List<Epoch>();
        while (statement.Next())
        {
            epochs.Add(new Epoch(statement.Integer(0)));
        }

        return epochs;
    }
}
