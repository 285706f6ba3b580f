using System.Collections.Immutable;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;

namespace Orleans.Agents.Simulation.Tests.Shell;

/// <summary>
/// What one process sees of the database: the memory store, with a way there and a way back on which everything may take
/// its time or get lost.
/// </summary>
internal sealed class SimulatedStore(ShellWorld world, SimulatedProcess process, IStore database)
    : IStore, IJournal, IRunList, IDefinitionStore, ICarriers, IInbox
{
    public IJournal Journal => this;

    public IRunList Runs => this;

    public IDefinitionStore Definitions => this;

    public ICarriers Carriers => this;

    public IInbox Inbox => this;

    public Task MigrateAsync(CancellationToken cancellation) => Send(
        "migrate",
        async () =>
        {
            await database.MigrateAsync(CancellationToken.None);
            return true;
        },
        cancellation);

    public Task<DateTimeOffset?> NowAsync(CancellationToken cancellation) =>
        Send("now", () => Task.FromResult<DateTimeOffset?>(world.HasStoreClock ? world.Now : null), cancellation);

    public ValueTask<Appended> AppendAsync(Append append, CancellationToken cancellation)
    {
        var sent = world.Post.Append(process, append, () => database.Journal.AppendAsync(append, CancellationToken.None).AsTask());
        return new ValueTask<Appended>(sent);
    }

    public Task<ImmutableArray<RunId>> ClaimAsync(
        ImmutableArray<RunClaim> claims, Epoch epoch, CancellationToken cancellation) =>
        Send($"claim for {epoch}: {Named(claims)}", () => database.Journal.ClaimAsync(claims, epoch, CancellationToken.None), cancellation);

    public Task<ImmutableArray<RunHistory>> ReadAsync(ImmutableArray<RunId> runs, CancellationToken cancellation) =>
        Send($"read {Named(runs)}", () => database.Journal.ReadAsync(runs, CancellationToken.None), cancellation);

    public Task<ImmutableArray<StoredAppend>> ReadAppendsAsync(
        RunId run, long after, int limit, CancellationToken cancellation) =>
        Send($"read {run}", () => database.Journal.ReadAppendsAsync(run, after, limit, CancellationToken.None), cancellation);

    public Task<ImmutableArray<NewAppends>> ReadNewAsync(
        ImmutableArray<RunPlace> places, int limit, CancellationToken cancellation) =>
        Send("read news", () => database.Journal.ReadNewAsync(places, limit, CancellationToken.None), cancellation);

    public Task<ImmutableArray<Blob>> ReadBlobsAsync(ImmutableArray<BlobKey> blobs, CancellationToken cancellation) =>
        Send("read blobs", () => database.Journal.ReadBlobsAsync(blobs, CancellationToken.None), cancellation);

    public Task<RunRecord?> FindAsync(RunId run, CancellationToken cancellation) =>
        Send($"find {run}", () => database.Runs.FindAsync(run, CancellationToken.None), cancellation);

    public Task<RunRecord?> FindByKeyAsync(string key, CancellationToken cancellation) =>
        Send($"find {key}", () => database.Runs.FindByKeyAsync(key, CancellationToken.None), cancellation);

    public Task<ImmutableArray<RunRecord>> ListAsync(RunQuery query, CancellationToken cancellation) =>
        Send("list", () => database.Runs.ListAsync(query, CancellationToken.None), cancellation);

    public Task<ImmutableArray<RunRecord>> ListChildrenAsync(
        RunId parent, RunId? after, int limit, CancellationToken cancellation) =>
        Send("list children", () => database.Runs.ListChildrenAsync(parent, after, limit, CancellationToken.None), cancellation);

    public Task<ImmutableArray<RunId>> FindWaitingAsync(WaitingQuery query, CancellationToken cancellation) =>
        Send("find waiting", () => database.Runs.FindWaitingAsync(query, CancellationToken.None), cancellation);

    public Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellation) =>
        Send("next due", () => database.Runs.NextDueAsync(CancellationToken.None), cancellation);

    public Task<Pruned> PruneAsync(PruneRule rule, CancellationToken cancellation) =>
        Send("prune", () => database.Runs.PruneAsync(rule, CancellationToken.None), cancellation);

    public Task<bool> WasPrunedAsync(RunId run, CancellationToken cancellation) =>
        Send($"was {run} pruned", () => database.Runs.WasPrunedAsync(run, CancellationToken.None), cancellation);

    public Task SaveAsync(string hash, ReadOnlyMemory<byte> definition, CancellationToken cancellation) => Send(
        "save",
        async () =>
        {
            await database.Definitions.SaveAsync(hash, definition, CancellationToken.None);
            return true;
        },
        cancellation);

    // A definition, read by its hash.
    Task<ReadOnlyMemory<byte>?> IDefinitionStore.FindAsync(string hash, CancellationToken cancellation) =>
        Send("find definition", () => database.Definitions.FindAsync(hash, CancellationToken.None), cancellation);

    public Task PublishAsync(ImmutableArray<Publication> publications, CancellationToken cancellation) => Send(
        "publish",
        async () =>
        {
            await database.Definitions.PublishAsync(publications, CancellationToken.None);
            return true;
        },
        cancellation);

    public Task<Publication?> FindPublishedAsync(string workflow, CancellationToken cancellation) =>
        Send($"find published {workflow}", () => database.Definitions.FindPublishedAsync(workflow, CancellationToken.None), cancellation);

    public Task<ImmutableArray<Publication>> ListPublishedAsync(CancellationToken cancellation) =>
        Send("list published", () => database.Definitions.ListPublishedAsync(CancellationToken.None), cancellation);

    public Task<Epoch> TakeAsync(bool isKeeper, CancellationToken cancellation) => Send(
        "take an epoch",
        async () =>
        {
            var epoch = await database.Carriers.TakeAsync(isKeeper, CancellationToken.None);
            process.Epochs.Add(epoch);
            world.Trace.Add($"    {process.Number} has epoch {epoch}");
            return epoch;
        },
        cancellation);

    public Task<ImmutableArray<Epoch>> FenceGoneAsync(CancellationToken cancellation) => Send(
        "fence",
        async () =>
        {
            var fenced = await database.Carriers.FenceGoneAsync(CancellationToken.None);
            foreach (var epoch in world.MissedTheirLease().Where(world.Database.IsValid))
            {
                await database.Carriers.ReleaseAsync(epoch, CancellationToken.None);
                fenced = fenced.Add(epoch);
            }

            return fenced;
        },
        cancellation);

    public Task ReleaseAsync(Epoch epoch, CancellationToken cancellation) => Send(
        $"release {epoch}",
        async () =>
        {
            await database.Carriers.ReleaseAsync(epoch, CancellationToken.None);
            return true;
        },
        cancellation);

    public Task<ImmutableArray<Epoch>> FindCrashedAsync(ImmutableArray<Epoch> epochs, CancellationToken cancellation) =>
        Send($"which of {string.Join(", ", epochs)} crashed", () => database.Carriers.FindCrashedAsync(epochs, CancellationToken.None), cancellation);

    public Task<bool> IsFencedAsync(Epoch epoch, CancellationToken cancellation) =>
        Send($"is {epoch} fenced", () => database.Carriers.IsFencedAsync(epoch, CancellationToken.None), cancellation);

    public Task<Posted> PostAsync(InboxNote note, CancellationToken cancellation) =>
        Send($"post {note.Id} for {note.Run}", () => database.Inbox.PostAsync(note, CancellationToken.None), cancellation);

    public Task<bool> HasAsync(RunId run, string id, CancellationToken cancellation) =>
        Send($"was {id} left for {run}", () => database.Inbox.HasAsync(run, id, CancellationToken.None), cancellation);

    public Task<ImmutableArray<InboxNote>> ReadAsync(RunId run, CancellationToken cancellation) =>
        Send($"read the notes for {run}", () => database.Inbox.ReadAsync(run, CancellationToken.None), cancellation);

    public Task<ImmutableArray<InboxNote>> ReadForAsync(Epoch owner, int limit, CancellationToken cancellation) =>
        Send($"read notes for {owner}", () => database.Inbox.ReadForAsync(owner, limit, CancellationToken.None), cancellation);

    public Task<bool> ConsumeAsync(
        RunId run, ImmutableArray<string> notes, Epoch epoch, CancellationToken cancellation) => Send(
        $"consume {Named(notes)} for {run}",
        () => database.Inbox.ConsumeAsync(run, notes, epoch, CancellationToken.None),
        cancellation);

    public ValueTask DisposeAsync() => database.DisposeAsync();

    // Only read when somebody reads the trace.
    private string Named<T>(ImmutableArray<T> names) => world.Trace.IsKept ? string.Join(", ", names) : "";

    private Task<T> Send<T>(string what, Func<Task<T>> effect, CancellationToken cancellation) =>
        world.Post.Send(process, what, effect, cancellation);
}
