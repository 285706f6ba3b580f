using System.Collections.Immutable;
using Orleans.Agents.Faults;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;

namespace Orleans.Agents.Storage.Sqlite;

/// <summary>The journal in the file.</summary>
internal sealed class SqliteJournal(Writer writer, Readers readers, FaultPlan faults) : IJournal
{
    /// <inheritdoc/>
    public ValueTask<Appended> AppendAsync(Append append, CancellationToken cancellation)
    {
        append.ThrowIfMalformed();
        return new ValueTask<Appended>(writer.DoAsync(new AppendWrite(append, faults), cancellation));
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<RunId>> ClaimAsync(
        ImmutableArray<RunClaim> claims, Epoch epoch, CancellationToken cancellation) => writer.DoAsync(
        session => session.IsValid(epoch)
            ? [.. claims.Where(claim => Claim(session, claim, epoch)).Select(claim => claim.Run).Distinct()]
            : ImmutableArray<RunId>.Empty,
        AppendWrite.RowBytes * claims.Length,
        cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<RunHistory>> ReadAsync(ImmutableArray<RunId> runs, CancellationToken cancellation) =>
        readers.ReadAsync(
            database => runs.Distinct().Select(run => Read(database, run)).OfType<RunHistory>().ToImmutableArray(),
            cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<StoredAppend>> ReadAppendsAsync(
        RunId run, long after, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return readers.ReadAsync(database => Appends(database, run, after, limit), cancellation);
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<NewAppends>> ReadNewAsync(
        ImmutableArray<RunPlace> places, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return readers.ReadAsync(
            database => places
                .Select(place => new NewAppends(place.Run, Appends(database, place.Run, place.After, limit)))
                .Where(read => !read.Appends.IsEmpty)
                .ToImmutableArray(),
            cancellation);
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<Blob>> ReadBlobsAsync(
        ImmutableArray<BlobKey> blobs, CancellationToken cancellation) => readers.ReadAsync(
        database => blobs.Distinct().SelectMany(blob => Read(database, blob)).ToImmutableArray(), cancellation);

    // The statuses are written out because a claim of a run that is over must come to nothing.
    private static bool Claim(WriteSession session, RunClaim claim, Epoch epoch) => session
        .Prepare(
            """
            update runs set owner = ?2, wake_at = null
            where id = ?1 and version = ?3 and status not in ('succeeded', 'failed')
                and (owner is null or owner = ?2
                    or not exists (select 1 from carrier where epoch = runs.owner and fenced_at is null))
            """)
        .Bind(1, claim.Run.Value)
        .Bind(2, epoch.Value)
        .Bind(3, claim.Version)
        .Run() == 1;

    private static RunHistory? Read(Database database, RunId run)
    {
        if (RunRows.Find(database, run) is not { } record)
        {
            return null;
        }

        var snapshot = Snapshot(database, run);
        return new RunHistory(record, snapshot, Appends(database, run, snapshot?.Version ?? 0, -1));
    }

    private static RunSnapshot? Snapshot(Database database, RunId run)
    {
        var statement = database.Prepare(
            "select version, state from snapshots where run = (select run from runs where id = ?1)");
        if (!statement.Bind(1, run.Value).Next())
        {
            return null;
        }

        var snapshot = new RunSnapshot(statement.Integer(0), statement.Blob(1));
        statement.Reset();
        return snapshot;
    }

    private static ImmutableArray<Blob> Read(Database database, BlobKey blob)
    {
        var statement = database.Prepare(
            "select body from blobs where run = (select run from runs where id = ?1) and hash = ?2");
        if (!statement.Bind(1, blob.Run.Value).Bind(2, blob.Hash).Next())
        {
            return [];
        }

        var read = new Blob(blob.Hash, statement.Blob(0));
        statement.Reset();
        return [read];
    }

    private static ImmutableArray<StoredAppend> Appends(Database database, RunId run, long after, int limit)
    {
        var statement = database.Prepare(
            """
            select seq, at, epoch, events, trace_parent from appends
            where run = (select run from runs where id = ?1) and seq > ?2
            order by seq limit ?3
            """);
        statement.Bind(1, run.Value).Bind(2, after).Bind(3, limit);
        var appends = ImmutableArray.CreateBuilder<StoredAppend>();
        while (statement.Next())
        {
            appends.Add(new StoredAppend(
                statement.Integer(0),
                Clock.At(statement.Integer(1)),
                new Epoch(statement.Integer(2)),
                statement.Blob(3),
                statement.TextOrNull(4)));
        }

        return appends.ToImmutable();
    }
}
