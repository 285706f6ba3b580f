using System.Diagnostics.CodeAnalysis;
using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Cli.Progress;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli;

/// <summary>An engine that carries the runs of one command, and no others.</summary>
internal sealed class EngineSession : IAsyncDisposable
{
    private const int PageSize = 500;

    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    // The process waits for its runs, so none of them is ever put down.
    private static readonly TimeSpan Never = TimeSpan.FromDays(3650);

    private readonly IStore store;

    private readonly Streams streams;
    private readonly HashSet<RunId> awaited = [];

    private readonly WaitNotices? notices;

    private readonly ProgramTelemetry telemetry;

    private EngineSession(
        IStore store, AgentsEngine engine, Streams streams, WaitNotices? notices, ProgramTelemetry telemetry)
    {
        this.store = store;
        this.telemetry = telemetry;
        this.notices = notices;
        this.streams = streams;
        Engine = engine;
    }

    /// <summary>The engine.</summary>
    public AgentsEngine Engine { get; }

    /// <summary>Opens the store and starts an engine on it.</summary>
    /// <param name="choice">The store.</param>
    /// <param name="streams">Where people are told.</param>
    /// <param name="manner">How much.</param>
    /// <param name="cancellation">Ends the start.</param>
    /// <param name="limits">How large what runs keep may become, as it was typed; null where nobody typed anything.</param>
    /// <exception cref="StoreException">The store cannot be opened.</exception>
    [SuppressMessage(
        "Reliability", "CA2000:Dispose objects before losing scope", Justification = "The session owns the engine.")]
    public static async Task<EngineSession> StartAsync(
        StoreChoice choice, Streams streams, Manner manner, CancellationToken cancellation, string? limits = null)
    {
        var options = new EngineOptions { CarriesAllRuns = false, ParkAfter = Never };
        LimitsOption.Apply(options, limits);
        var telemetry = ProgramTelemetry.Start();
        var store = choice.Open(ProgramEngine.Faults());
        var engine = await ProgramEngine.StartAsync(store, options, streams, manner, telemetry, cancellation);
        if (manner.IsVerbose || (streams.IsErrorTerminal && !manner.IsQuiet))
        {
            engine.Follow(new RunProgress(streams).OnStored);
        }

        var notices = manner.IsQuiet ? null : new WaitNotices(streams, choice.CommandWith);
        if (notices is not null)
        {
            engine.Follow(notices.OnStored);
        }

        return new EngineSession(store, engine, streams, notices, telemetry);
    }

    /// <summary>Sees a run to its end, whoever carries it; takes it on when that process is gone.</summary>
    public async Task<RunState> SeeToEndAsync(RunId run, CancellationToken cancellation)
    {
        var end = Engine.WaitForEndAsync(run, cancellation);
        while (await Task.WhenAny(end, Task.Delay(LookAgain, cancellation)) != end && !end.IsCompleted)
        {
            cancellation.ThrowIfCancellationRequested();
            await TakeOnTreeAsync(run, cancellation);
            await RefuseParkedAsync(run, cancellation);
        }

        return await end;
    }

    /// <summary>Waits until a run that was asked to be is suspended, or is over; takes it on when nobody carries it.</summary>
    public async Task<RunState> SeeSuspendedAsync(RunId run, CancellationToken cancellation)
    {
        var look = TimeSpan.FromMilliseconds(20);
        while (true)
        {
            await TakeOnAsync(run, cancellation);
            if (await Engine.FindAsync(run, cancellation) is { State: { IsOver: true } or { Suspension: not null } } view)
            {
                return view.State;
            }

            await Task.Delay(look, cancellation);
            look = look < LookAgain ? look * 2 : LookAgain;
        }
    }

    /// <summary>Tells which signals a run waits for as it stands.</summary>
    public Task TellWaitsAsync(RunId run, CancellationToken cancellation) =>
        notices?.TellAsync(Engine, run, cancellation) ?? Task.CompletedTask;

    // A run waits for its children, so whoever sees to its end sees to theirs.
    private async Task TakeOnTreeAsync(RunId run, CancellationToken cancellation)
    {
        if (await WaitsForCarrierAsync(run, cancellation))
        {
            await TakeOnAsync(run, cancellation);
        }

        RunId? last = null;
        while (await store.Runs.ListChildrenAsync(run, last, PageSize, cancellation) is [.., var newest] children)
        {
            foreach (var child in children.Where(child => !child.Row.IsOver))
            {
                await TakeOnTreeAsync(child.Id, cancellation);
            }

            last = newest.Id;
        }
    }

    // Whoever waits for it would wait for ever, and not know why.
    private async Task RefuseParkedAsync(RunId run, CancellationToken cancellation)
    {
        if (await store.Runs.FindAsync(run, cancellation) is { Owner: null, Row.Status: RunStatus.Suspended }
            && await Engine.FindAsync(run, cancellation) is { State: { Suspension.Code: { } code } state })
        {
            var suspended = SuspensionDocument.Of(state)!;
            throw new CommandException(
                ExitCode.Refused, code, $"Run {run} is suspended: {suspended.Reason} It goes on with: {suspended.Resume}");
        }
    }

    // A run that was put down waits for somebody: taken on again and again, it would be put down each time.
    private async Task<bool> WaitsForCarrierAsync(RunId run, CancellationToken cancellation)
    {
        var record = await store.Runs.FindAsync(run, cancellation);
        if (record is not { Owner: null, Row.IsOver: false })
        {
            return true;
        }

        if (awaited.Add(run) && await Engine.FindAsync(run, cancellation) is { State: var state })
        {
            foreach (var command in UndecidedDocument.AllOf(state).SelectMany(undecided => undecided.Decide))
            {
                streams.Tell($"run {run} waits for a decision: {command}", Tone.Warning);
            }
        }

        return record.Row.WakeAt <= DateTimeOffset.UtcNow
            || await store.Inbox.ReadAsync(run, cancellation) is { IsEmpty: false };
    }

    /// <summary>Carries a run on if it is not over and no living process does.</summary>
    public async Task TakeOnAsync(RunId run, CancellationToken cancellation)
    {
        if (!await Engine.CarryOnAsync(run, cancellation))
        {
            await FenceGoneAsync(cancellation);
            await Engine.CarryOnAsync(run, cancellation);
        }
    }

    /// <summary>Takes on every run of the store that nobody carries.</summary>
    /// <param name="onUnreadable">Called with a run whose history cannot be understood.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <returns>The runs this process carries now.</returns>
    public async Task<IReadOnlyList<RunId>> TakeAllAsync(
        Action<RunId, HistoryException> onUnreadable, CancellationToken cancellation)
    {
        await FenceGoneAsync(cancellation);
        var seen = new HashSet<RunId>();
        var taken = new List<RunId>();
        while (true)
        {
            var waiting = await store.Runs.FindWaitingAsync(
                new WaitingQuery(DateTimeOffset.UtcNow, PageSize), cancellation);
            var unseen = waiting.Where(seen.Add).ToList();
            foreach (var run in unseen)
            {
                if (await TryTakeAsync(run, onUnreadable, cancellation))
                {
                    taken.Add(run);
                }
            }

            if (unseen.Count == 0)
            {
                return taken;
            }
        }
    }

    /// <summary>Lets go of what is under way, so that it can be carried on, and closes the store.</summary>
    public async ValueTask DisposeAsync()
    {
        await using (telemetry)
        {
            await Engine.DisposeAsync();
        }
    }

    private async Task FenceGoneAsync(CancellationToken cancellation)
    {
        if (await store.Carriers.FenceGoneAsync(cancellation) is { IsEmpty: false })
        {
            telemetry.Observation.FindCrash();
        }
    }

    private async Task<bool> TryTakeAsync(
        RunId run, Action<RunId, HistoryException> onUnreadable, CancellationToken cancellation)
    {
        try
        {
            return await Engine.CarryOnAsync(run, cancellation);
        }
        catch (HistoryException unreadable)
        {
            onUnreadable(run, unreadable);
            return false;
        }
    }
}
