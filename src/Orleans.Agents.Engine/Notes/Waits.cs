using System.Collections.Immutable;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Notes;

/// <summary>Finds who waits for which signal, in the store and without waking anybody.</summary>
internal sealed class Waits(IStore store, WorkflowCatalog catalog)
{
    // What is shown to people; a tree may be larger.
    private const int MostRuns = 1_000;

    /// <summary>The waits of a run and of the child runs that it waits for, and those for theirs.</summary>
    /// <exception cref="HistoryException">A history cannot be understood.</exception>
    public async Task<ImmutableArray<SignalWait>> OfTreeAsync(RunId root, CancellationToken cancellation)
    {
        var waits = ImmutableArray.CreateBuilder<SignalWait>();
        ImmutableArray<RunId> level = [root];
        for (var seen = 0; !level.IsEmpty && seen < MostRuns; seen += level.Length)
        {
            var states = await ReadAsync(level, cancellation);
            waits.AddRange(states.Select(WaitOf).OfType<SignalWait>());
            level =
            [
                .. states.SelectMany(state => state.Open.Values)
                    .Select(open => open.Child)
                    .OfType<string>()
                    .Select(child => new RunId(child))
                    .Take(MostRuns),
            ];
        }

        return waits.ToImmutable();
    }

    /// <summary>The waits of some runs themselves. Only those are read that are in a state that waits for a signal.</summary>
    public async Task<ImmutableArray<SignalWait>> OfAsync(
        ImmutableArray<RunRecord> runs, CancellationToken cancellation)
    {
        var waiting = ImmutableArray.CreateBuilder<RunId>();
        foreach (var run in runs)
        {
            if (run.Row is { IsOver: false, State: { } state }
                && await DefinitionOfAsync(run, cancellation) is { } workflow
                && workflow.States.GetValueOrDefault(state) is State.Await)
            {
                waiting.Add(run.Id);
            }
        }

        return waiting.Count == 0
            ? []
            : [.. (await ReadReadableAsync(waiting.ToImmutable(), cancellation)).Select(WaitOf).OfType<SignalWait>()];
    }

    // All at once; only where one of them cannot be read, one by one.
    private async Task<ImmutableArray<RunState>> ReadReadableAsync(ImmutableArray<RunId> runs, CancellationToken cancellation)
    {
        try
        {
            return await ReadAsync(runs, cancellation);
        }
        catch (HistoryException) when (runs.Length > 1)
        {
            var readable = ImmutableArray.CreateBuilder<RunState>();
            foreach (var run in runs)
            {
                readable.AddRange(await ReadReadableAsync([run], cancellation));
            }

            return readable.ToImmutable();
        }
        catch (HistoryException)
        {
            return []; // a list shows what can be read
        }
    }

    private async Task<Workflow?> DefinitionOfAsync(RunRecord run, CancellationToken cancellation)
    {
        try
        {
            return await catalog.PinnedAsync(run.Id, run.Hash, cancellation);
        }
        catch (HistoryException)
        {
            return null; // a list shows what can be read
        }
    }

    private async Task<ImmutableArray<RunState>> ReadAsync(ImmutableArray<RunId> runs, CancellationToken cancellation)
    {
        var histories = await store.Journal.ReadAsync(runs, cancellation);
        var blobs = await RunBlobs.ReadAsync(store.Journal, histories, cancellation);
        return [.. histories.Select(history => RunReader.Fold(history, blobs).State)];
    }

    private static SignalWait? WaitOf(RunState state) => state.Awaited is { } awaited
        ? new SignalWait(
            new RunId(state.Origin!.Run), state.Origin.Workflow, state.State, awaited.Signal, awaited.Since, state.WakeAt)
        : null;
}
