using System.Collections.Immutable;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;

namespace Orleans.Agents.Storage.Tests.Crashes;

/// <summary>
/// The store of a process that dies at a boundary of its journal: from then on it hears nothing, and its database sees that
/// it is gone.
/// </summary>
/// <param name="inner">What it is the store of.</param>
/// <param name="death">When it dies.</param>
/// <param name="share">Which of the runs that wait for a carrier are offered to this process; null all.</param>
internal sealed class MortalStore(IStore inner, Death death, Func<RunId, bool>? share = null) : IStore, IJournal, IRunList
{
    public IJournal Journal => this;

    public IRunList Runs => this;

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

    public Task<RunRecord?> FindAsync(RunId run, CancellationToken cancellation) => inner.Runs.FindAsync(run, cancellation);

    public Task<RunRecord?> FindByKeyAsync(string key, CancellationToken cancellation) =>
        inner.Runs.FindByKeyAsync(key, cancellation);

    public Task<ImmutableArray<RunRecord>> ListAsync(RunQuery query, CancellationToken cancellation) =>
        inner.Runs.ListAsync(query, cancellation);

    public Task<ImmutableArray<RunRecord>> ListChildrenAsync(
        RunId parent, RunId? after, int limit, CancellationToken cancellation) =>
        inner.Runs.ListChildrenAsync(parent, after, limit, cancellation);

    // Who asks for no keeper is offered all, and its share of them is what this test wants it to be.
    public async Task<ImmutableArray<RunId>> FindWaitingAsync(WaitingQuery query, CancellationToken cancellation) =>
        [.. (await inner.Runs.FindWaitingAsync(query with { For = default }, cancellation)).Where(share ?? (_ => true))];

    public Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellation) => inner.Runs.NextDueAsync(cancellation);

    public Task<Pruned> PruneAsync(PruneRule rule, CancellationToken cancellation) => inner.Runs.PruneAsync(rule, cancellation);

    public Task<bool> WasPrunedAsync(RunId run, CancellationToken cancellation) => inner.Runs.WasPrunedAsync(run, cancellation);

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

    /// <summary>Never.</summary>
    public static Death Never { get; } = new(null, 0);

    /// <summary>Completes when the process is dead.</summary>
    public Task Came => came.Task;

    /// <summary>Goes on, dies, or is dead already: then it never comes back.</summary>
    /// <param name="reached">Where the process comes by; null where it does not die.</param>
    public async Task ReachedAsync(DeathPoint? reached)
    {
        if (reached is not null && point == reached && Interlocked.Decrement(ref remaining) == 0)
        {
            came.SetResult();
        }

        if (came.Task.IsCompleted)
        {
            await new TaskCompletionSource().Task;
        }
    }
}
