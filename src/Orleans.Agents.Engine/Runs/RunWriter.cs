using System.Collections.Immutable;
using Orleans.Agents.Faults;
using Orleans.Agents.Journal;
using Orleans.Agents.Serialization;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>How much of a run's journal lies after its latest snapshot.</summary>
/// <param name="Bytes">The bytes of the appends after it.</param>
/// <param name="SnapshotBytes">The bytes of the snapshot; 0 when there is none.</param>
internal readonly record struct RunTail(long Bytes, long SnapshotBytes);

/// <summary>Turns decisions of one run into appends, and sees them stored however often the store has to be asked.</summary>
internal sealed class RunWriter(RunId id, Workflow workflow, RunTail tail, Epoch epoch, RunServices services)
{
    private const long SmallestTail = 32 * 1024;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    private RunTail tail = tail;

    /// <summary>Whether the last stored append let the run go.</summary>
    public bool HasReleased { get; private set; }

    public async Task<Appended> StoreAsync(
        RunState before, RunState after, ImmutableArray<RunEvent> events, DateTimeOffset at)
    {
        var append = Prepare(before, after, events, at);
        services.Faults.Reached(KillPoint.BeforeAppend);
        var appended = await SendAsync(append);
        services.Faults.Reached(KillPoint.AfterAppend);
        if (appended is Appended.Stored)
        {
            HasReleased = append.Row.IsReleased;
            tail = append.Snapshot is { } snapshot
                ? new RunTail(0, snapshot.Length)
                : tail with { Bytes = tail.Bytes + append.Events.Length };
        }

        return appended;
    }

    private Append Prepare(RunState before, RunState after, ImmutableArray<RunEvent> events, DateTimeOffset at)
    {
        var bytes = Serialize(events);
        var origin = after.Origin!;
        return new Append(id, epoch, before.Version, after.Version, at, bytes, RowOf(after))
        {
            Birth = before.Version == 0 ? new RunBirth(workflow.Name, workflow.Hash, origin.Key) : null,
            Snapshot = IsSnapshotDue(bytes.Length) && !after.IsOver ? Serialize(after) : (ReadOnlyMemory<byte>?)null,
        };
    }

    private bool IsSnapshotDue(int added) => tail.Bytes + added > Math.Max(tail.SnapshotBytes, SmallestTail);

    private RunRow RowOf(RunState state)
    {
        if (state.IsOver)
        {
            return new RunRow(state.Status, null, state.Failure?.Code, IsReleased: true);
        }

        var due = Parking.DueAt(state, services.Time.GetUtcNow() + services.Options.ParkAfter);
        return new RunRow(state.Status, state.State, IsReleased: due is not null, WakeAt: due);
    }

    // After an exception nobody knows whether the append was stored, so the very same one is sent again until the store
    // says; it recognises its own.
    private async Task<Appended> SendAsync(Append append)
    {
        var pause = FirstPause;
        while (true)
        {
            try
            {
                return await services.Journal.AppendAsync(append, CancellationToken.None);
            }
            catch (StoreException unreachable) when (unreachable.IsTransient)
            {
                services.Logger.StoreDoesNotAnswer(id, pause, unreachable);
                try
                {
                    await Task.Delay(pause, services.Time, services.Stopping);
                }
                catch (OperationCanceledException)
                {
                    return new Appended.Lost(); // the process stops; whoever carries the run next reads what was stored
                }

                pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, services.Options.LongestStorePause.Ticks));
            }
        }
    }

    private static ReadOnlyMemory<byte> Serialize(ImmutableArray<RunEvent> events) =>
        JsonBuffer.Write(events, RunJson.Default.ImmutableArrayRunEvent);

    private static ReadOnlyMemory<byte> Serialize(RunState state) =>
        JsonBuffer.Write(state, RunJson.Default.RunState);
}
