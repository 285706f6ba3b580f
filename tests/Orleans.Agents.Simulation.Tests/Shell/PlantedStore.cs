using System.Collections.Immutable;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;

namespace Orleans.Agents.Simulation.Tests.Shell;

/// <summary>A bug that is put into a world from outside.</summary>
internal sealed record Plant
{
    public static Plant None { get; } = new();

    /// <summary>Whether the tool with effect once tells the truth about what it did.</summary>
    public bool RemembersCalls { get; init; } = true;

    /// <summary>Between an engine and the way to the database: what a process does wrong.</summary>
    public Func<IStore, IStore> AtTheProcess { get; init; } = static store => store;

    /// <summary>Behind that way: what the database does wrong.</summary>
    public Func<MemoryDatabase, IStore, IStore> AtTheDatabase { get; init; } = static (_, store) => store;
}

/// <summary>A store with a bug in it: what is not replaced is as it was.</summary>
internal sealed class PlantedStore(IStore inner) : IStore, IJournal, IRunList, ICarriers, IInbox
{
    /// <summary>Stores an append; the bug may lie on either side of the true store.</summary>
    public Func<Append, Func<Append, Task<Appended>>, Task<Appended>> Appending { get; init; } =
        static (append, store) => store(append);

    /// <summary>Answers to a claim.</summary>
    public Func<ImmutableArray<RunClaim>, Epoch, ImmutableArray<RunId>, ImmutableArray<RunId>> Claimed { get; init; } =
        static (_, _, claimed) => claimed;

    /// <summary>Answers to the question what waits.</summary>
    public Func<ImmutableArray<RunId>, ImmutableArray<RunId>> Waiting { get; init; } = static waiting => waiting;

    /// <summary>Leaves a note.</summary>
    public Func<InboxNote, Func<InboxNote, Task<Posted>>, Task<Posted>> Posting { get; init; } =
        static (note, store) => store(note);

    /// <summary>Answers to what was left for the runs of an epoch.</summary>
    public Func<ImmutableArray<InboxNote>, ImmutableArray<InboxNote>> Left { get; init; } = static left => left;

    /// <summary>Answers to who is gone.</summary>
    public bool FencesNobody { get; init; }

    public IJournal Journal => this;

    public IRunList Runs => this;

    public IDefinitionStore Definitions => inner.Definitions;

    public ICarriers Carriers => this;

    public IInbox Inbox => this;

    public Task MigrateAsync(CancellationToken cancellation) => inner.MigrateAsync(cancellation);

    public Task<DateTimeOffset?> NowAsync(CancellationToken cancellation) => inner.NowAsync(cancellation);

    public ValueTask<Appended> AppendAsync(Append append, CancellationToken cancellation) => new(Appending(
        append, sent => inner.Journal.AppendAsync(sent, cancellation).AsTask()));

    public async Task<ImmutableArray<RunId>> ClaimAsync(
        ImmutableArray<RunClaim> claims, Epoch epoch, CancellationToken cancellation) =>
        Claimed(claims, epoch, await inner.Journal.ClaimAsync(claims, epoch, cancellation));

    public Task<ImmutableArray<RunHistory>> ReadAsync(ImmutableArray<RunId> runs, CancellationToken cancellation) =>
        inner.Journal.ReadAsync(runs, cancellation);

    public Task<ImmutableArray<StoredAppend>> ReadAppendsAsync(
        RunId run, long after, int limit, CancellationToken cancellation) =>
        inner.Journal.ReadAppendsAsync(run, after, limit, cancellation);

    public Task<ImmutableArray<NewAppends>> ReadNewAsync(
        ImmutableArray<RunPlace> places, int limit, CancellationToken cancellation) =>
        inner.Journal.ReadNewAsync(places, limit, cancellation);

    public Task<ImmutableArray<Blob>> ReadBlobsAsync(ImmutableArray<BlobKey> blobs, CancellationToken cancellation) =>
        inner.Journal.ReadBlobsAsync(blobs, cancellation);

    public Task<RunRecord?> FindAsync(RunId run, CancellationToken cancellation) => inner.Runs.FindAsync(run, cancellation);

    public Task<RunRecord?> FindByKeyAsync(string key, CancellationToken cancellation) =>
        inner.Runs.FindByKeyAsync(key, cancellation);

    public Task<ImmutableArray<RunRecord>> ListAsync(RunQuery query, CancellationToken cancellation) =>
        inner.Runs.ListAsync(query, cancellation);

    public Task<ImmutableArray<RunRecord>> ListChildrenAsync(
        RunId parent, RunId? after, int limit, CancellationToken cancellation) =>
        inner.Runs.ListChildrenAsync(parent, after, limit, cancellation);

    public async Task<ImmutableArray<RunId>> FindWaitingAsync(WaitingQuery query, CancellationToken cancellation) =>
        Waiting(await inner.Runs.FindWaitingAsync(query, cancellation));

    public Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellation) => inner.Runs.NextDueAsync(cancellation);

    public Task<Pruned> PruneAsync(PruneRule rule, CancellationToken cancellation) =>
        inner.Runs.PruneAsync(rule, cancellation);

    public Task<bool> WasPrunedAsync(RunId run, CancellationToken cancellation) =>
        inner.Runs.WasPrunedAsync(run, cancellation);

    public Task<Epoch> TakeAsync(bool isKeeper, CancellationToken cancellation) =>
        inner.Carriers.TakeAsync(isKeeper, cancellation);

    public async Task<ImmutableArray<Epoch>> FenceGoneAsync(CancellationToken cancellation) =>
        FencesNobody ? [] : await inner.Carriers.FenceGoneAsync(cancellation);

    public Task ReleaseAsync(Epoch epoch, CancellationToken cancellation) => inner.Carriers.ReleaseAsync(epoch, cancellation);

    public Task<ImmutableArray<Epoch>> FindCrashedAsync(ImmutableArray<Epoch> epochs, CancellationToken cancellation) =>
        inner.Carriers.FindCrashedAsync(epochs, cancellation);

    public Task<bool> IsFencedAsync(Epoch epoch, CancellationToken cancellation) =>
        inner.Carriers.IsFencedAsync(epoch, cancellation);

    public Task<Posted> PostAsync(InboxNote note, CancellationToken cancellation) =>
        Posting(note, sent => inner.Inbox.PostAsync(sent, cancellation));

    public Task<bool> HasAsync(RunId run, string id, CancellationToken cancellation) =>
        inner.Inbox.HasAsync(run, id, cancellation);

    Task<ImmutableArray<InboxNote>> IInbox.ReadAsync(RunId run, CancellationToken cancellation) =>
        inner.Inbox.ReadAsync(run, cancellation);

    public async Task<ImmutableArray<InboxNote>> ReadForAsync(Epoch owner, int limit, CancellationToken cancellation) =>
        Left(await inner.Inbox.ReadForAsync(owner, limit, cancellation));

    public Task<bool> ConsumeAsync(
        RunId run, ImmutableArray<string> notes, Epoch epoch, CancellationToken cancellation) =>
        inner.Inbox.ConsumeAsync(run, notes, epoch, cancellation);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
