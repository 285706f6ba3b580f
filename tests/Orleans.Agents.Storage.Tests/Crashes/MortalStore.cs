using System.Collections.Immutable;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;

namespace Orleans.Agents.Storage.Tests.Crashes;

/// <summary>
/// The store of a process that dies at a boundary of its journal: from then on it hears nothing, and its database sees that
/// it is gone.
/// </summary>
internal sealed class MortalStore(IStore inner, Death death) : IStore, IJournal
{
    public IJournal Journal => this;

    public IRunList Runs => inner.Runs;

    public IDefinitionStore Definitions => inner.Definitions;

    public ICarriers Carriers => inner.Carriers;

    public IInbox Inbox => inner.Inbox;

    public Task<DateTimeOffset?> NowAsync(CancellationToken cancellation) => inner.NowAsync(cancellation);

    public Task<Outlook> LookAsync(Epoch epoch, DateTimeOffset now, CancellationToken cancellation) =>
        inner.LookAsync(epoch, now, cancellation);

    public Task MigrateAsync(CancellationToken cancellation) => inner.MigrateAsync(cancellation);

    public async ValueTask<Appended> AppendAsync(Append append, CancellationToken cancellation)
    {
        await death.ReachedAsync(DeathPoint.BeforeSend);
        var stored = await inner.Journal.AppendAsync(append, cancellation);
        await death.ReachedAsync(DeathPoint.AfterCommit);
        return stored;
    }

    public Task<ImmutableArray<RunId>> ClaimAsync(
        ImmutableArray<RunClaim> claims, Epoch epoch, CancellationToken cancellation) =>
        inner.Journal.ClaimAsync(claims, epoch, cancellation);

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

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}

/// <summary>Where a process dies.</summary>
public enum DeathPoint
{
    /// <summary>Nothing of an append has been sent.</summary>
    BeforeSend,

    /// <summary>An append is durable, and nobody knows.</summary>
    AfterCommit,

    /// <summary>A tool or a model has done what it does, and nobody knows.</summary>
    AfterEffect,
}

/// <summary>When a process dies: at one moment, whatever it is doing besides, and for good.</summary>
/// <param name="point">Where; null never.</param>
/// <param name="turn">How often it must come by there.</param>
internal sealed class Death(DeathPoint? point, int turn)
{
    private readonly TaskCompletionSource came = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int remaining = turn;

    /// <summary>Completes when the process is dead.</summary>
    public Task Came => came.Task;

    /// <summary>Goes on, dies, or is dead already: then it never comes back.</summary>
    public async Task ReachedAsync(DeathPoint reached)
    {
        if (point == reached && Interlocked.Decrement(ref remaining) == 0)
        {
            came.SetResult();
        }

        if (came.Task.IsCompleted)
        {
            await new TaskCompletionSource().Task;
        }
    }
}
