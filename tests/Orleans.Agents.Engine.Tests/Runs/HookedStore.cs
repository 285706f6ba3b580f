using System.Collections.Immutable;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;

namespace Orleans.Agents.Engine.Tests.Runs;

/// <summary>A store in which a test can hold up or break one step of what the engine does with it.</summary>
internal sealed class HookedStore(IStore inner) : IStore, IJournal, ICarriers, IInbox
{
    /// <summary>Called before an append is handed on.</summary>
    public Func<Append, Task> Appending { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called after a claim was made, before it is answered.</summary>
    public Func<RunId, Task> Claimed { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called after a history was read, before it is answered.</summary>
    public Func<RunId, Task> HasRead { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called before blobs are read.</summary>
    public Action<ImmutableArray<BlobKey>> ReadingBlobs { get; set; } = _ => { };

    /// <summary>Called before notes are consumed without an append.</summary>
    public Func<ImmutableArray<string>, Task> Consuming { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called before a note is handed on.</summary>
    public Func<InboxNote, Task> Posting { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called before an epoch is given back.</summary>
    public Func<Epoch, Task> Releasing { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called before the question whether an epoch is fenced is handed on.</summary>
    public Func<Epoch, Task> AskingForFence { get; set; } = _ => Task.CompletedTask;

    /// <summary>What the keeper sees when it looks once at everything.</summary>
    public Func<Outlook> Looking { get; set; } = () => Outlook.Everything;

    public bool IsDisposed { get; private set; }

    public IJournal Journal => this;

    public IRunList Runs => inner.Runs;

    public IDefinitionStore Definitions => inner.Definitions;

    public ICarriers Carriers => this;

    public IInbox Inbox => this;

    public static StoreException Failure(bool isTransient) => new("store.test", "The test said so.", isTransient);

    public Task<DateTimeOffset?> NowAsync(CancellationToken cancellation) => inner.NowAsync(cancellation);

    public Task<Outlook> LookAsync(Epoch epoch, DateTimeOffset now, CancellationToken cancellation) =>
        Task.FromResult(Looking());

    public Task MigrateAsync(CancellationToken cancellation) => inner.MigrateAsync(cancellation);

    public async ValueTask<Appended> AppendAsync(Append append, CancellationToken cancellation)
    {
        await Appending(append);
        return await inner.Journal.AppendAsync(append, cancellation);
    }

    public async Task<ImmutableArray<RunId>> ClaimAsync(
        ImmutableArray<RunClaim> claims, Epoch epoch, CancellationToken cancellation)
    {
        var ours = await inner.Journal.ClaimAsync(claims, epoch, cancellation);
        foreach (var claim in claims)
        {
            await Claimed(claim.Run);
        }

        return ours;
    }

    public async Task<ImmutableArray<RunHistory>> ReadAsync(ImmutableArray<RunId> runs, CancellationToken cancellation)
    {
        var histories = await inner.Journal.ReadAsync(runs, cancellation);
        foreach (var run in runs)
        {
            await HasRead(run);
        }

        return histories;
    }

    public Task<ImmutableArray<StoredAppend>> ReadAppendsAsync(
        RunId run, long after, int limit, CancellationToken cancellation) =>
        inner.Journal.ReadAppendsAsync(run, after, limit, cancellation);

    public Task<ImmutableArray<NewAppends>> ReadNewAsync(
        ImmutableArray<RunPlace> places, int limit, CancellationToken cancellation) =>
        inner.Journal.ReadNewAsync(places, limit, cancellation);

    public Task<ImmutableArray<Blob>> ReadBlobsAsync(ImmutableArray<BlobKey> blobs, CancellationToken cancellation)
    {
        ReadingBlobs(blobs);
        return inner.Journal.ReadBlobsAsync(blobs, cancellation);
    }

    public async Task<Posted> PostAsync(InboxNote note, CancellationToken cancellation)
    {
        await Posting(note);
        return await inner.Inbox.PostAsync(note, cancellation);
    }

    public Task<bool> HasAsync(RunId run, string id, CancellationToken cancellation) =>
        inner.Inbox.HasAsync(run, id, cancellation);

    public Task<ImmutableArray<InboxNote>> ReadAsync(RunId run, CancellationToken cancellation) =>
        inner.Inbox.ReadAsync(run, cancellation);

    public Task<ImmutableArray<InboxNote>> ReadForAsync(Epoch owner, int limit, CancellationToken cancellation) =>
        inner.Inbox.ReadForAsync(owner, limit, cancellation);

    public async Task<bool> ConsumeAsync(
        RunId run, ImmutableArray<string> notes, Epoch epoch, CancellationToken cancellation)
    {
        await Consuming(notes);
        return await inner.Inbox.ConsumeAsync(run, notes, epoch, cancellation);
    }

    public Task<Epoch> TakeAsync(bool isKeeper, CancellationToken cancellation) =>
        inner.Carriers.TakeAsync(isKeeper, cancellation);

    public Task<ImmutableArray<Epoch>> FenceGoneAsync(CancellationToken cancellation) =>
        inner.Carriers.FenceGoneAsync(cancellation);

    public async Task ReleaseAsync(Epoch epoch, CancellationToken cancellation)
    {
        await Releasing(epoch);
        await inner.Carriers.ReleaseAsync(epoch, cancellation);
    }

    public Task<ImmutableArray<Epoch>> FindCrashedAsync(ImmutableArray<Epoch> epochs, CancellationToken cancellation) =>
        inner.Carriers.FindCrashedAsync(epochs, cancellation);

    public async Task<bool> IsFencedAsync(Epoch epoch, CancellationToken cancellation)
    {
        await AskingForFence(epoch);
        return await inner.Carriers.IsFencedAsync(epoch, cancellation);
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return inner.DisposeAsync();
    }
}
