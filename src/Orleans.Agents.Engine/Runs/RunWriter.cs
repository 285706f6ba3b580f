using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Orleans.Agents.Faults;
using Orleans.Agents.Journal;
using Orleans.Agents.Serialization;
using Orleans.Agents.Telemetry;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>How much of a run's journal lies after its latest snapshot, and what lies beside it.</summary>
/// <param name="Bytes">The bytes of the appends after it.</param>
/// <param name="SnapshotBytes">The bytes of the snapshot; 0 when there is none.</param>
/// <param name="Blobs">The hashes of blobs that are known to be stored; null when there are none.</param>
internal readonly record struct RunTail(long Bytes, long SnapshotBytes, ImmutableHashSet<string>? Blobs = null)
{
    public RunTail With(IEnumerable<string> hashes) =>
        this with { Blobs = (Blobs ?? ImmutableHashSet.Create<string>(StringComparer.Ordinal)).Union(hashes) };
}

/// <summary>Turns decisions of one run into appends, and sees them stored however often the store has to be asked.</summary>
internal sealed class RunWriter(RunId id, Workflow workflow, RunTail tail, Epoch epoch, RunServices services)
{
    private const long SmallestTail = 32 * 1024;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    private RunTail tail = tail;

    /// <summary>Whether the last stored append let the run go.</summary>
    public bool HasReleased { get; private set; }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Appended> StoreAsync(
        RunState before,
        RunState after,
        ImmutableArray<RunEvent> events,
        ImmutableArray<string> notes,
        Beside? beside,
        DateTimeOffset at)
    {
        var append = Prepare(before, after, events, notes, at);
        append = beside is null ? append : beside.With(append);
        services.Faults.Reached(KillPoint.BeforeSend);
        Appended? appended = null;
        StoreException? problem = null;
        try
        {
            appended = await services.Journal.AppendAsync(append, CancellationToken.None);
        }
        catch (StoreException unreachable) when (unreachable.IsTransient)
        {
            problem = unreachable;
        }

        appended ??= append.Birth is null ? await SendAgainAsync(append, problem!) : await StartAgainAsync(append, problem!);
        if (appended is Appended.Stored)
        {
            services.Faults.Reached(KillPoint.AfterCommit);
            HasReleased = append.Row.IsReleased;
            tail = append.Snapshot is { } snapshot
                ? tail with { Bytes = 0, SnapshotBytes = snapshot.Length }
                : tail with { Bytes = tail.Bytes + append.Events.Length };
            tail = append.Blobs.IsEmpty ? tail : tail.With(append.Blobs.Select(blob => blob.Hash));
        }

        return appended;
    }

    /// <summary>Sees notes consumed that led to nothing.</summary>
    public async Task<Appended> ConsumeAsync(ImmutableArray<string> notes)
    {
        var pause = FirstPause;
        while (true)
        {
            try
            {
                return await services.Inbox.ConsumeAsync(id, notes, epoch, CancellationToken.None)
                    ? new Appended.Stored()
                    : new Appended.Lost();
            }
            catch (StoreException unreachable) when (unreachable.IsTransient)
            {
                if (!await PausesAsync(pause, unreachable))
                {
                    return new Appended.Lost();
                }

                pause = Longer(pause);
            }
        }
    }

    /// <summary>Some facts as they are stored.</summary>
    public Append Prepare(
        RunState before, RunState after, ImmutableArray<RunEvent> events, ImmutableArray<string> notes, DateTimeOffset at)
    {
        var bytes = JsonBuffer.Write(events, RunJson.Default.ImmutableArrayRunEvent, out var blobs);
        ReadOnlyMemory<byte>? snapshot = null;
        if (IsSnapshotDue(bytes.Length) && !after.IsOver)
        {
            snapshot = JsonBuffer.Write(after, RunJson.Default.RunState, out var more);
            blobs = blobs.AddRange(more);
        }

        var origin = after.Origin!;
        return new Append(id, epoch, before.Version, after.Version, at, bytes, RowOf(after, events[^1]))
        {
            Consumed = notes,
            MayKeepThread = true,
            Birth = before.Version == 0 ? new RunBirth(workflow.Name, workflow.Hash, origin.Key) : null,
            Snapshot = snapshot,
            Blobs = blobs.IsEmpty ? blobs : NotStored(blobs),
        };
    }

    // What is known to be in the store is not sent again with every fact and snapshot it stands in.
    private ImmutableArray<Blob> NotStored(ImmutableArray<Blob> blobs) =>
        [.. blobs.DistinctBy(blob => blob.Hash).Where(blob => tail.Blobs?.Contains(blob.Hash) is not true)];

    private bool IsSnapshotDue(int added) => tail.Bytes + added > Math.Max(tail.SnapshotBytes, SmallestTail);

    private RunRow RowOf(RunState state, RunEvent last)
    {
        if (state.IsOver)
        {
            return new RunRow(state.Status, null, state.Failure?.Code, IsReleased: true);
        }

        var isParked = Parking.IsPossible(state, services.Time.GetUtcNow() + services.Options.ParkAfter, out var due)
            && (last is RunEvent.Parked || !Parking.WaitsForChildren(state));
        var name = state.Ending is null ? state.State : null;
        return new RunRow(state.ShownStatus, name, IsReleased: isParked, WakeAt: isParked ? due : null);
    }

    private async Task<Appended> StartAgainAsync(Append append, StoreException problem)
    {
        services.StartsInDoubt.Add(id);
        try
        {
            return await SendAgainAsync(append, problem);
        }
        finally
        {
            services.StartsInDoubt.Remove(id);
        }
    }

    // After an exception nobody knows whether the append was stored, so the very same one is sent again until the store
    // says; it recognises its own.
    private async Task<Appended> SendAgainAsync(Append append, StoreException problem)
    {
        for (var pause = FirstPause; await PausesAsync(pause, problem); pause = Longer(pause))
        {
            Instruments.AppendRetries.Add(1);
            try
            {
                return await services.Journal.AppendAsync(append, CancellationToken.None);
            }
            catch (StoreException unreachable) when (unreachable.IsTransient)
            {
                problem = unreachable;
            }
        }

        return new Appended.Lost(); // whoever carries the run next reads what was stored
    }

    // False when the process stops meanwhile.
    private async Task<bool> PausesAsync(TimeSpan pause, StoreException unreachable)
    {
        services.Logger.StoreDoesNotAnswer(id, pause, unreachable);
        try
        {
            await Task.Delay(pause, services.Time, services.Stopping);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private TimeSpan Longer(TimeSpan pause) =>
        TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, services.Options.LongestStorePause.Ticks));
}
