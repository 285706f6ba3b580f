using System.Collections.Immutable;
using Orleans.Agents.Definitions;
using Orleans.Agents.Forks;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Silo.Hints;
using Orleans.Agents.Silo.Runs;
using Orleans.Agents.Silo.Wire;
using Orleans.Agents.Values;

namespace Orleans.Agents.Silo.Hosting;

/// <summary>
/// What may be asked of runs, asked from a silo: what moves a run goes to its grain, wherever that is; what is read comes
/// from the store.
/// </summary>
internal sealed class ClusterAgents(AgentsEngine engine, IGrainFactory grains, ClusterHints hints) : IAgents
{
    /// <inheritdoc/>
    public Task<ImmutableArray<OfferedWorkflow>> ListWorkflowsAsync(CancellationToken cancellation = default) =>
        engine.ListWorkflowsAsync(cancellation);

    /// <inheritdoc/>
    public async Task<StartResult> StartRunAsync(StartRequest request, CancellationToken cancellation = default)
    {
        var (refused, pinned) = await engine.CheckAsync(request, cancellation);
        return refused is null
            ? await StartAsync(request.Run ?? engine.NewRunId(), RunCall.Start.From(pinned), cancellation)
            : refused;
    }

    /// <inheritdoc/>
    public Task<StartResult> ForkAsync(ForkRequest request, CancellationToken cancellation = default) =>
        StartAsync(request.As ?? engine.NewRunId(), RunCall.Fork.From(request), cancellation);

    /// <inheritdoc/>
    public async Task<Posted> CancelAsync(
        RunId run, string? reason = null, string? requestId = null, CancellationToken cancellation = default)
    {
        var reply = await grains.AskAsync(run, new RunCall.Cancel(reason, requestId), cancellation);
        return reply.As<RunReply.Noted>().ToPosted();
    }

    /// <inheritdoc/>
    public async Task<Posted> SuspendAsync(
        RunId run, string? reason = null, string? requestId = null, CancellationToken cancellation = default)
    {
        var reply = await grains.AskAsync(run, new RunCall.Suspend(reason, requestId), cancellation);
        return reply.As<RunReply.Noted>().ToPosted();
    }

    /// <inheritdoc/>
    public async Task<SignalResult> SignalAsync(
        RunId run, string name, Payload payload, string? signalId = null, CancellationToken cancellation = default) =>
        await grains.AskAsync(run, new RunCall.Signal(name, payload, signalId), cancellation) switch
        {
            RunReply.Refused refused => new SignalResult.Refused(refused.Failure),
            var reply when reply.As<RunReply.Signalled>() is var (id, isNew) =>
                isNew ? new SignalResult.Sent(id) : new SignalResult.SentBefore(id),
            var other => throw new System.Diagnostics.UnreachableException(other.GetType().Name),
        };

    /// <inheritdoc/>
    public Task<ImmutableArray<SignalWait>> FindWaitsAsync(RunId run, CancellationToken cancellation = default) =>
        engine.FindWaitsAsync(run, cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<SignalWait>> FindWaitsAsync(
        ImmutableArray<RunRecord> runs, CancellationToken cancellation = default) => engine.FindWaitsAsync(runs, cancellation);

    /// <inheritdoc/>
    public async Task<bool> ResumeAsync(RunId run, CancellationToken cancellation = default) =>
        (await grains.AskAsync(run, new RunCall.Resume(), cancellation)).As<RunReply.Resumed>().IsCarried;

    /// <inheritdoc/>
    public Task<RunState> WaitForEndAsync(RunId run, CancellationToken cancellation = default) =>
        engine.WaitForEndAsync(run, cancellation);

    /// <inheritdoc/>
    public Task<RunView?> FindAsync(RunId run, CancellationToken cancellation = default) =>
        engine.FindAsync(run, cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<RunRecord>> ListAsync(RunQuery query, CancellationToken cancellation = default) =>
        engine.ListAsync(query, cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<RunAppend>> ReadEventsAsync(
        RunId run, long after = 0, int limit = 1_000, CancellationToken cancellation = default) =>
        engine.ReadEventsAsync(run, after, limit, cancellation);

    /// <inheritdoc/>
    public DefinitionHost DefinitionHost => engine.DefinitionHost;

    /// <inheritdoc/>
    public Task<RunRecord?> LookUpAsync(RunId run, CancellationToken cancellation = default) =>
        engine.LookUpAsync(run, cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<RunRecord>> ListChildrenAsync(
        RunId parent, RunId? after, int limit, CancellationToken cancellation = default) =>
        engine.ListChildrenAsync(parent, after, limit, cancellation);

    /// <inheritdoc/>
    public Task<DecideResult> DecideAsync(
        ActivityId activity, Verdict verdict, CancellationToken cancellation = default) =>
        engine.DecideAsync(activity, verdict, cancellation);

    /// <inheritdoc/>
    public Task KeepAsync(Definition definition, CancellationToken cancellation = default) =>
        engine.KeepAsync(definition, cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<string>> PublishEverywhereAsync(
        ImmutableArray<Definition> definitions, CancellationToken cancellation = default) =>
        engine.PublishEverywhereAsync(definitions, cancellation);

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>?> FindDefinitionAsync(string hash, CancellationToken cancellation = default) =>
        engine.FindDefinitionAsync(hash, cancellation);

    /// <inheritdoc/>
    public void Follow(Action<RunId, RunAppend> follower) => engine.Follow(follower);

    /// <inheritdoc/>
    public IRunHints Hints => hints;

    /// <inheritdoc/>
    public Task<ImmutableArray<NewFacts>> ReadFactsAsync(
        ImmutableArray<RunPlace> places, int limit, CancellationToken cancellation = default) =>
        engine.ReadFactsAsync(places, limit, cancellation);

    private async Task<StartResult> StartAsync(RunId run, RunCall call, CancellationToken cancellation) =>
        await grains.AskAsync(run, call, cancellation) switch
        {
            RunReply.Refused said => new StartResult.Refused(said.Failure),
            var reply when reply.As<RunReply.Started>() is var (started, isNew) => new StartResult.Started(started, isNew),
            var other => throw new System.Diagnostics.UnreachableException(other.GetType().Name),
        };
}
