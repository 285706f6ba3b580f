using System.Collections.Immutable;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;

namespace Orleans.Agents.Journal;

internal sealed class MemoryJournal(MemoryStore store) : IJournal
{
    private static readonly Appended Stored = new Appended.Stored();
    private static readonly Appended Lost = new Appended.Lost();

    public ValueTask<Appended> AppendAsync(Append append, CancellationToken cancellation)
    {
        append.ThrowIfMalformed();
        return new ValueTask<Appended>(store.DoAsync(database => Store(database, append), cancellation));
    }

    public Task<ImmutableArray<RunId>> ClaimAsync(
        ImmutableArray<RunClaim> claims, Epoch epoch, CancellationToken cancellation) => store.DoAsync(
        database => database.IsValid(epoch)
            ? [.. claims.Where(claim => Claim(database, claim, epoch)).Select(claim => claim.Run).Distinct()]
            : ImmutableArray<RunId>.Empty,
        cancellation);

    public Task<ImmutableArray<RunHistory>> ReadAsync(ImmutableArray<RunId> runs, CancellationToken cancellation) =>
        store.DoAsync(
            database => runs.Distinct().Select(database.Find).OfType<MemoryRun>().Select(Read).ToImmutableArray(),
            cancellation);

    public Task<ImmutableArray<StoredAppend>> ReadAppendsAsync(
        RunId run, long after, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return store.DoAsync(database => database.Find(run)?.After(after, limit) ?? [], cancellation);
    }

    public Task<ImmutableArray<NewAppends>> ReadNewAsync(
        ImmutableArray<RunPlace> places, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return store.DoAsync(
            database => places
                .Select(place => new NewAppends(place.Run, database.Find(place.Run)?.After(place.After, limit) ?? []))
                .Where(read => !read.Appends.IsEmpty)
                .ToImmutableArray(),
            cancellation);
    }

    public Task<ImmutableArray<Blob>> ReadBlobsAsync(
        ImmutableArray<BlobKey> blobs, CancellationToken cancellation) => store.DoAsync(
        database => blobs.Distinct().SelectMany(blob => Read(database, blob)).ToImmutableArray(), cancellation);

    private static IEnumerable<Blob> Read(MemoryDatabase database, BlobKey blob) =>
        database.Find(blob.Run)?.Blobs.TryGetValue(blob.Hash, out var body) is true ? [new Blob(blob.Hash, body)] : [];

    private static bool Claim(MemoryDatabase database, RunClaim claim, Epoch epoch)
    {
        if (database.Find(claim.Run) is not { } found || found.Record.Row.IsOver || found.Record.Version != claim.Version)
        {
            return false;
        }

        var owner = found.Record.Owner;
        if (owner is { } other && other != epoch && database.IsValid(other))
        {
            return false;
        }

        found.Record = found.Record with
        {
            Owner = epoch,
            Row = found.Record.Row with { IsReleased = false, WakeAt = null },
        };
        return true;
    }

    private static RunHistory Read(MemoryRun run) =>
        new(run.Record, run.Snapshot, run.After(run.Snapshot?.Version ?? 0, int.MaxValue));

    private static Appended Store(MemoryDatabase database, Append append)
    {
        if (!database.IsValid(append.Epoch))
        {
            return Lost;
        }

        var run = append.Birth is { } birth ? Start(database, append, birth) : CarryOn(database, append);
        if (run is null)
        {
            return Refuse(database, append);
        }

        run.Appends.Add(new StoredAppend(
            append.Version, ToMillisecond(append.At), append.Epoch, append.Events.ToArray(), append.TraceParent));
        if (append.Snapshot is { } state)
        {
            run.Snapshot = new RunSnapshot(append.Version, state.ToArray());
        }

        foreach (var blob in append.Blobs)
        {
            run.Blobs.TryAdd(blob.Hash, blob.Body.ToArray());
        }

        database.Consume(append.Run, append.Consumed, append.Row.IsOver);
        foreach (var child in append.Children)
        {
            if (Store(database, child) == Stored)
            {
                run.Children.Add(child.Run);
            }
        }

        foreach (var note in append.Notes)
        {
            MemoryInbox.Post(database, note);
        }

        return Stored;
    }

    private static MemoryRun? Start(MemoryDatabase database, Append append, RunBirth birth)
    {
        var isTaken = database.Find(append.Run) is not null
            || database.Pruned.Contains(append.Run)
            || (birth.Key is { } key && database.WhoHas(key) is not null);
        if (isTaken)
        {
            return null;
        }

        var at = ToMillisecond(append.At);
        var run = new MemoryRun(database.Started + 1, new RunRecord(
            append.Run,
            birth.Workflow,
            birth.Hash,
            birth.Key,
            append.Version,
            OwnerAfter(append),
            RowAfter(append),
            at,
            at));
        database.Add(run);
        return run;
    }

    private static MemoryRun? CarryOn(MemoryDatabase database, Append append)
    {
        var run = database.Find(append.Run);
        if (run is null || run.Record.Version != append.Expected || run.Record.Owner != append.Epoch)
        {
            return null;
        }

        run.Record = run.Record with
        {
            Version = append.Version,
            Owner = OwnerAfter(append),
            Row = RowAfter(append),
            UpdatedAt = ToMillisecond(append.At),
        };
        return run;
    }

    private static Appended Refuse(MemoryDatabase database, Append append)
    {
        var sameRun = database.Find(append.Run);
        if (sameRun is not null && WasStored(sameRun, append))
        {
            return Stored;
        }

        var sameKey = append.Birth?.Key is { } key ? database.WhoHas(key) : null;
        return append.Birth is not null ? new Appended.AlreadyStarted(sameKey ?? append.Run) : Lost;
    }

    private static bool WasStored(MemoryRun run, Append append)
    {
        var place = run.Appends.FindIndex(stored => stored.Version == append.Version);
        return place >= 0
            && run.Appends[place].Epoch == append.Epoch
            && (place == 0 ? 0 : run.Appends[place - 1].Version) == append.Expected
            && run.Appends[place].Events.Span.SequenceEqual(append.Events.Span);
    }

    private static Epoch? OwnerAfter(Append append) =>
        append.Row.IsReleased || append.Row.IsOver ? null : append.Epoch;

    private static RunRow RowAfter(Append append)
    {
        var isReleased = append.Row is { IsReleased: true, IsOver: false };
        return append.Row with
        {
            IsReleased = isReleased,
            WakeAt = isReleased && append.Row.WakeAt is { } due
                ? ToMillisecond(due.AddTicks(TimeSpan.TicksPerMillisecond - 1))
                : null,
        };
    }

    private static DateTimeOffset ToMillisecond(DateTimeOffset moment) =>
        DateTimeOffset.FromUnixTimeMilliseconds(moment.ToUnixTimeMilliseconds());
}
