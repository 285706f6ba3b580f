using System.Collections.Immutable;
using System.Text.Json;
using Orleans.Agents.Journal;
using Orleans.Agents.Serialization;

namespace Orleans.Agents.Runs;

/// <summary>Makes a run's state out of what the store keeps of it.</summary>
internal static class RunReader
{
    /// <summary>How a run stands; null when there is none of this name.</summary>
    /// <exception cref="HistoryException">The history is newer than this program, or damaged.</exception>
    public static async Task<RunView?> FindAsync(IStore store, RunId run, CancellationToken cancellation)
    {
        if (await store.Journal.ReadAsync(run, cancellation) is not { Record: var record } history)
        {
            return null;
        }

        var (state, _) = Fold(history, await RunBlobs.ReadAsync(store.Journal, [history], cancellation));
        return new RunView(run, record.Workflow, record.Hash, state, record.Owner is not null);
    }

    /// <exception cref="HistoryException">The history is newer than this program, or damaged.</exception>
    public static (RunState State, RunTail Tail) Fold(RunHistory history, RunBlobs blobs)
    {
        try
        {
            return FoldWhole(history, blobs);
        }
        catch (Exception broken) when (broken is not HistoryException)
        {
            // Rules applied to facts that do not fit together break in any way; it is the facts that are wrong.
            throw new HistoryException(
                "history.damaged", $"Run {history.Record.Id}: its facts do not fit together: {broken.Message}", broken);
        }
    }

    private static (RunState State, RunTail Tail) FoldWhole(RunHistory history, RunBlobs blobs)
    {
        var state = history.Snapshot is { } snapshot ? ReadState(history.Record.Id, snapshot, blobs) : RunState.Initial;
        var bytes = 0L;
        foreach (var append in history.Tail)
        {
            state = Run.Evolve(state, ReadEvents(history.Record.Id, append, blobs), append.At);
            bytes += append.Events.Length;
            if (state.Version != append.Version)
            {
                throw new HistoryException(
                    "history.damaged",
                    $"Run {history.Record.Id}: an append says it leads to version {append.Version}; its events lead to {state.Version}.");
            }
        }

        var tail = new RunTail(bytes, history.Snapshot?.State.Length ?? 0);
        return state.Version == history.Record.Version
            ? (state, blobs == RunBlobs.None ? tail : tail.With(RunBlobs.HashesIn(history)))
            : throw new HistoryException(
                "history.damaged",
                $"Run {history.Record.Id} is at version {history.Record.Version}; its appends lead to {state.Version}.");
    }

    /// <exception cref="HistoryException">An event is of a type this program does not know, or is damaged.</exception>
    public static ImmutableArray<RunEvent> ReadEvents(RunId run, StoredAppend append, RunBlobs blobs)
    {
        try
        {
            return JsonSerializer.Deserialize(blobs.PutBack(append.Events).Span, RunJson.Default.ImmutableArrayRunEvent);
        }
        catch (InvalidDataException damaged)
        {
            throw new HistoryException(
                "history.damaged", $"Run {run}: the events up to version {append.Version}: {damaged.Message}", damaged);
        }
        catch (Exception unknown) when (unknown is JsonException or NotSupportedException)
        {
            throw new HistoryException(
                "history.too_new",
                $"Run {run}: the events up to version {append.Version} are not all known to this version: {unknown.Message}",
                unknown);
        }
    }

    /// <exception cref="HistoryException">The snapshot is damaged, or newer than this program.</exception>
    public static RunState ReadState(RunId run, RunSnapshot snapshot, RunBlobs blobs)
    {
        try
        {
            return JsonSerializer.Deserialize(blobs.PutBack(snapshot.State).Span, RunJson.Default.RunState)
                ?? throw new JsonException("The snapshot is null.");
        }
        catch (Exception damaged) when (damaged is JsonException or InvalidDataException)
        {
            throw new HistoryException(
                "history.damaged", $"Run {run}: the snapshot at version {snapshot.Version}: {damaged.Message}", damaged);
        }
    }
}
