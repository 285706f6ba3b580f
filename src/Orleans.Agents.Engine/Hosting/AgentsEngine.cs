using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orleans.Agents.Activities;
using Orleans.Agents.Activities.Lending;
using Orleans.Agents.Definitions;
using Orleans.Agents.Faults;
using Orleans.Agents.Forks;
using Orleans.Agents.Journal;
using Orleans.Agents.Models;
using Orleans.Agents.Notes;
using Orleans.Agents.Replays;
using Orleans.Agents.Runs;
using Orleans.Agents.Telemetry;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Hosting;

/// <summary>
/// The embedded host: carries runs in this process, on a store that it may share with other processes. Safe to use from
/// many threads.
/// </summary>
public sealed class AgentsEngine : IAgents, IAsyncDisposable
{
    private readonly IStore store;
    private readonly EngineOptions options;
    private readonly StoreClock clock;
    private readonly FaultPlan faults;
    private readonly ILogger logger;
    private readonly ModelRegistry models;
    private readonly ToolRegistry tools;
    private readonly Dispatch dispatch;
    private readonly WorkflowCatalog catalog;
    private readonly ActivityLanes lanes;
    private readonly Waits waits;
    private readonly Requests requests;
    private readonly IEngineHost process;
    private readonly CancellationTokenSource stopping = new();
    private RunTable? table;
    private RunStarts? starts;
    private NoteDelivery? delivery;
    private RunOpener? opener;
    private WakeQueue? wakes;
    private Keeper? keeper;
    private EngineGauges? gauges;

    /// <summary>Makes an engine that does nothing until it is started.</summary>
    public AgentsEngine(
        IStore store,
        ModelRegistry models,
        ToolRegistry tools,
        EngineOptions options,
        TimeProvider time,
        FaultPlan faults,
        ILogger<AgentsEngine> logger)
        : this(store, models, tools, options, time, faults, logger, Dispatching.ToThreadPool)
    {
    }

    internal AgentsEngine(
        IStore store,
        ModelRegistry models,
        ToolRegistry tools,
        EngineOptions options,
        TimeProvider time,
        FaultPlan faults,
        ILogger<AgentsEngine> logger,
        Dispatch dispatch,
        IEngineHost? process = null)
    {
        (this.process, this.dispatch) = (process ?? EmbeddedHost.Instance, dispatch);
        (this.store, this.options) = (store, options);
        clock = new StoreClock(time);
        (this.faults, this.logger) = (faults, logger);
        (this.models, this.tools) = (models, tools);
        catalog = new WorkflowCatalog(store.Definitions);
        var gate = this.process.GateFor(options, time);
        var performer = new ActivityPerformer(
            new AgentCaller(models, gate, clock), new ToolCaller(tools), faults, time, logger);
        var late = new LateResults(store.Inbox, clock, logger);
        lanes = new ActivityLanes(options.Lanes, performer, late, this.process.OtherLanes, time, logger, dispatch);
        waits = new Waits(store, catalog);
        requests = new Requests(store, catalog, waits, clock, DeliverAsync);
    }

    /// <summary>The epoch this process carries runs under; another one after it was taken for dead.</summary>
    /// <exception cref="InvalidOperationException">The engine has not been started, or is stopped.</exception>
    public Epoch Epoch => Table.Epoch;

    /// <summary>How much this process tells of its work.</summary>
    public Observation Observation { get => field ??= new(clock); init; }

    /// <summary>Whether it may carry runs, as far as it knows without asking the store: nobody stopped it, or took it for dead.</summary>
    public bool IsCarrying => keeper is { IsOver: false };

    private RunTable Table => table ?? throw NotStarted();

    /// <summary>Opens the store, takes an epoch, and takes on the runs that wait for a carrier.</summary>
    /// <exception cref="StoreException">The store cannot be opened.</exception>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        await store.MigrateAsync(cancellation);
        await clock.AdjustAsync(store, cancellation);
        var epoch = await store.Carriers.TakeAsync(options.CarriesAllRuns, cancellation);
        var adrift = new AdriftRuns();
        var services = new RunServices(
            store.Journal, store.Inbox, lanes, options, clock, faults, logger, dispatch, stopping.Token);
        table = new RunTable(services, store, adrift, epoch, process);
        starts = new RunStarts(table, store, catalog, services);
        delivery = new NoteDelivery(table, store.Inbox, logger);
        opener = new RunOpener(table, store, catalog, adrift, delivery, logger);
        wakes = new WakeQueue(opener, dispatch, stopping.Token);
        lanes.Start();
        await process.OnEpochAsync(epoch, cancellation);
        var retention = new Retention(store.Runs, options, clock, logger);
        keeper = new Keeper(
            table, opener, adrift, delivery, retention, store, options, clock, logger, dispatch, process, Observation);
        keeper.Start();
        gauges = new EngineGauges(table, lanes);
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<OfferedWorkflow>> ListWorkflowsAsync(CancellationToken cancellation = default) =>
        catalog.ListAsync(cancellation);

    /// <summary>Lets new runs of a workflow that start here start from a definition. Runs under way keep theirs.</summary>
    public Task PublishAsync(Definition definition, CancellationToken cancellation = default) =>
        catalog.PublishAsync(definition, cancellation);

    /// <inheritdoc/>
    public Task KeepAsync(Definition definition, CancellationToken cancellation = default) =>
        catalog.KeepAsync(definition, cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<string>> PublishEverywhereAsync(
        ImmutableArray<Definition> definitions, CancellationToken cancellation = default) =>
        catalog.PublishEverywhereAsync(definitions, clock.GetUtcNow(), cancellation);

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>?> FindDefinitionAsync(string hash, CancellationToken cancellation = default) =>
        store.Definitions.FindAsync(hash, cancellation);

    /// <inheritdoc/>
    public DefinitionHost DefinitionHost => new([.. tools.All], [.. models.Names]);

    /// <inheritdoc/>
    public Task<StartResult> StartRunAsync(StartRequest request, CancellationToken cancellation = default) =>
        (starts ?? throw NotStarted()).StartAsync(request, request.Run ?? NewRunId(), cancellation);

    /// <inheritdoc/>
    public Task<StartResult> ForkAsync(ForkRequest request, CancellationToken cancellation = default) =>
        new RunForks(Table, store, catalog, clock).ForkAsync(request, request.As ?? NewRunId(), cancellation);

    /// <summary>Why a start is refused whoever carries the run, null when it is not, and the start of the definition that is meant.</summary>
    internal ValueTask<(StartResult.Refused? Objection, StartRequest Pinned)> CheckAsync(
        StartRequest request, CancellationToken cancellation) =>
        StartChecks.CheckAsync(catalog, request, options.Sizes, cancellation);

    /// <summary>A name that no run has.</summary>
    internal RunId NewRunId() => new($"run-{Guid.CreateVersion7(clock.GetUtcNow()):n}");

    /// <inheritdoc/>
    public Task<RunState> WaitForEndAsync(RunId run, CancellationToken cancellation = default) =>
        Table.WaitForEndAsync(run, cancellation);

    /// <inheritdoc/>
    public Task<bool> ResumeAsync(RunId run, CancellationToken cancellation = default) =>
        requests.ResumeAsync(run, CarryOnAsync, cancellation);

    /// <summary>The same without letting a suspended run go on: it is carried as it stands.</summary>
    /// <exception cref="HistoryException">The run's history cannot be understood.</exception>
    public Task<bool> CarryOnAsync(RunId run, CancellationToken cancellation = default) =>
        (opener ?? throw NotStarted()).OpenAsync(run, cancellation);

    /// <inheritdoc/>
    public Task<Posted> SuspendAsync(
        RunId run, string? reason = null, string? requestId = null, CancellationToken cancellation = default) =>
        requests.SuspendAsync(run, reason, requestId, cancellation);

    /// <inheritdoc/>
    public Task<Posted> CancelAsync(
        RunId run, string? reason = null, string? requestId = null, CancellationToken cancellation = default) =>
        requests.CancelAsync(run, reason, requestId, cancellation);

    /// <inheritdoc/>
    public Task<DecideResult> DecideAsync(
        ActivityId activity, Verdict verdict, CancellationToken cancellation = default) =>
        requests.DecideAsync(activity, verdict, cancellation);

    /// <inheritdoc/>
    public Task<SignalResult> SignalAsync(
        RunId run, string name, Payload payload, string? signalId = null, CancellationToken cancellation = default) =>
        requests.SignalAsync(run, name, payload, signalId, cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<SignalWait>> FindWaitsAsync(RunId run, CancellationToken cancellation = default) =>
        waits.OfTreeAsync(run, cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<SignalWait>> FindWaitsAsync(
        ImmutableArray<RunRecord> runs, CancellationToken cancellation = default) => waits.OfAsync(runs, cancellation);

    /// <inheritdoc/>
    public Task<RunView?> FindAsync(RunId run, CancellationToken cancellation = default) =>
        RunReader.FindAsync(store, run, cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<RunRecord>> ListAsync(RunQuery query, CancellationToken cancellation = default) =>
        store.Runs.ListAsync(query, cancellation);

    /// <inheritdoc/>
    public Task<RunRecord?> LookUpAsync(RunId run, CancellationToken cancellation = default) =>
        store.Runs.FindAsync(run, cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<RunRecord>> ListChildrenAsync(
        RunId parent, RunId? after, int limit, CancellationToken cancellation = default) =>
        store.Runs.ListChildrenAsync(parent, after, limit, cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<NewFacts>> ReadFactsAsync(
        ImmutableArray<RunPlace> places, int limit, CancellationToken cancellation = default) =>
        FactReader.ReadAsync(store.Journal, places, limit, cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<RunAppend>> ReadEventsAsync(
        RunId run, long after = 0, int limit = 1_000, CancellationToken cancellation = default) =>
        RunAppends.ReadPageAsync(store.Journal, run, after, limit, cancellation);

    /// <inheritdoc/>
    public void Follow(Action<RunId, RunAppend> follower) => Table.Followers.Add(follower);

    /// <inheritdoc/>
    public IRunHints Hints => field ??= new EmbeddedHints(this);

    /// <summary>Calls back with each run that this process has stored something of, and its version. It has to return at once.</summary>
    internal void Listen(Action<RunId, long> listener) => Table.Followers.Listen(listener);

    /// <summary>Whether this process carries a run.</summary>
    internal bool Carries(RunId run) => table?.Carries(run) ?? false;

    /// <summary>Carries a run on, if nobody does and it is not over, together with others that are woken now.</summary>
    /// <exception cref="HistoryException">The run's history cannot be understood.</exception>
    internal Task WakeAsync(RunId run) => (wakes ?? throw NotStarted()).WakeAsync(run);

    /// <summary>What makes attempts for other processes.</summary>
    internal Borrower Borrower => new(catalog, lanes, dispatch);

    /// <summary>Has the keeper look soon for runs that wait for a carrier.</summary>
    internal void LookNow() => keeper?.LookNow();

    /// <summary>Completes when this process does not carry a run, be it at once.</summary>
    internal Task WhenLetGoAsync(RunId run) => table?.WhenLetGoAsync(run) ?? Task.CompletedTask;

    /// <summary>
    /// Comes to rest: activities under way are cancelled, their runs are released for whoever comes next. The second time,
    /// when an application that was stopped is disposed of, nothing is left to do.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync();
        }
        finally
        {
            await store.DisposeAsync();
        }
    }

    private async Task StopAsync()
    {
        if (keeper is not null)
        {
            await keeper.DisposeAsync();
            keeper = null;
        }

        gauges?.Dispose();
        if (table is not null)
        {
            var epoch = table.Epoch;
            table.Abandon();
            await dispatch.CancelAsync(stopping);
            await lanes.DisposeAsync();
            table = null;
            opener = null;
            wakes = null;
            delivery = null;
            stopping.Dispose();
            await store.Carriers.ReleaseAsync(epoch, CancellationToken.None);
        }
    }

    // A run that this process carries need not wait for the keeper's next look.
    private Task DeliverAsync(RunId run, CancellationToken cancellation) =>
        delivery is not null && Table.Carries(run) ? delivery.DeliverAsync(cancellation) : Task.CompletedTask;

    private static InvalidOperationException NotStarted() => new("The engine has not been started.");
}
