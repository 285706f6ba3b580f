using System.Globalization;
using Orleans.Agents.Journal;
using Orleans.Agents.Replays;
using Orleans.Agents.Runs;
using Orleans.Agents.Telemetry;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Forks;

/// <summary>
/// Begins runs where others stood. Only their journals are read; what a new run needs is in its own first append, so that the
/// other may go on, end and be pruned.
/// </summary>
internal sealed class RunForks(RunTable table, IStore store, WorkflowCatalog catalog, TimeProvider time)
{
    private const int PageSize = 500;

    /// <summary>Forks a run; the new one is durable when this returns.</summary>
    /// <exception cref="HistoryException">The other run's history cannot be understood, or was pruned.</exception>
    /// <exception cref="StoreException">The store cannot be reached; try again with the same name.</exception>
    public async Task<StartResult> ForkAsync(ForkRequest request, RunId name, CancellationToken cancellation)
    {
        using var span = StartSpan.Begin(null, request.Traceparent);
        return span.Became(await ForkAsync(request, name, span, cancellation));
    }

    private async Task<StartResult> ForkAsync(
        ForkRequest request, RunId name, StartSpan span, CancellationToken cancellation)
    {
        if (StartChecks.ObjectionTo(name) is { } misnamed)
        {
            return misnamed;
        }

        if (await store.Runs.FindAsync(request.Run, cancellation) is not { } record)
        {
            return await store.Runs.WasPrunedAsync(request.Run, cancellation)
                ? throw new HistoryException("history.pruned", $"Run {request.Run} has been pruned; it cannot be forked any more.")
                : StartChecks.Refused("run.unknown", $"There is no run named '{request.Run}'.");
        }

        var workflow = await catalog.PinnedAsync(request.Run, record.Hash, cancellation);
        var (cut, near) = await CutAsync(request, cancellation);
        if (cut is null)
        {
            return StartChecks.Refused("run.fork_boundary", NoBoundary(request, near));
        }

        var now = time.GetUtcNow();
        var correlation = request.CorrelationId ?? Guid.CreateVersion7(now);
        var after = await NewestEpochAsync(request.Run, cut, cancellation);
        var asked = new ForkAsked(name, correlation, default, request.Context, span.Traceparent, after, request.Key);
        span.Of(name, correlation);
        if (!Checkpoint.TryMake(workflow, cut, asked, now, out var checkpoint, out var failure))
        {
            return new StartResult.Refused(failure);
        }

        var started = await table.StartAsync(workflow, name, epoch => CommandOf(workflow, cut, asked with { Epoch = epoch }, now));
        return started is StartResult.Started { IsNew: false } again
            ? await CompareAsync(again, checkpoint, cancellation)
            : started;
    }

    private static RunCommand.Fork CommandOf(Workflow workflow, RunState cut, ForkAsked asked, DateTimeOffset now) =>
        Checkpoint.TryMake(workflow, cut, asked, now, out var checkpoint, out var failure)
            ? new RunCommand.Fork(checkpoint)
            : throw new System.Diagnostics.UnreachableException(failure.Message); // the epoch makes no difference to that

    // The state after the append of that version; or else which versions there are on both sides of it.
    private async Task<(RunState? Cut, (long Before, long? After) Near)> CutAsync(
        ForkRequest request, CancellationToken cancellation)
    {
        var state = RunState.Initial;
        await foreach (var append in RunAppends.ReadAsync(store.Journal, request.Run, PageSize, cancellation))
        {
            if (append.Version > request.At)
            {
                return (null, (state.Version, append.Version));
            }

            state = Run.Evolve(state, append.Events, append.At);
            if (append.Version == request.At && state.Version == append.Version)
            {
                return (state, default);
            }
        }

        return (null, (state.Version, null));
    }

    // A run whose later facts cannot be understood can be forked before them.
    private async Task<Epoch> NewestEpochAsync(RunId run, RunState cut, CancellationToken cancellation)
    {
        try
        {
            return new Epoch((await RunReader.FindAsync(store, run, cancellation))?.State.Epoch ?? cut.Epoch);
        }
        catch (HistoryException)
        {
            return new Epoch(cut.Epoch);
        }
    }

    private static string NoBoundary(ForkRequest request, (long Before, long? After) near)
    {
        var (before, after) = near;
        var nearest = (before, after) switch
        {
            (0, { } first) => $"the first such version is {first}",
            ({ } last, null) => $"the last such version is {last}",
            _ => string.Create(CultureInfo.InvariantCulture, $"the nearest such versions are {before} and {after}"),
        };
        return $"Run {request.Run} can be cut after whole appends only, and version {request.At} is not the end of one; {nearest}.";
    }

    // One name or key is one run: asked to fork something else under a used one, the caller is mistaken, and is told.
    private async Task<StartResult> CompareAsync(
        StartResult.Started again, RunState asked, CancellationToken cancellation)
    {
        var begun = await RunAppends.ReadPageAsync(store.Journal, again.Run, 0, 1, cancellation);
        var fork = asked.Origin!.Fork!;
        return begun.IsEmpty || (begun[0].Events[0] is RunEvent.Forked { State: var state } && IsSame(state, asked))
            ? again
            : StartChecks.Refused(
                "run.key_conflict",
                $"The key or name belongs to run {again.Run}, which is no fork of run {fork.Run} at version {fork.Version} like this one.");
    }

    private static bool IsSame(RunState begun, RunState asked) =>
        begun.Origin!.Fork == asked.Origin!.Fork && begun.Context.SequenceEqual(asked.Context);
}
