using System.Collections.Immutable;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Simulation.Tests.Workflows;

namespace Orleans.Agents.Simulation.Tests.Shell;

/// <summary>Looks at the database after every step: what is new must keep all promises.</summary>
internal sealed class DatabaseWatch(MemoryDatabase database, Plot plot, Trace trace)
{
    private readonly IJournal reader = new MemoryStore(database).Journal;
    private readonly Dictionary<RunId, SeenRun> seen = [];
    private readonly Dictionary<RunHost, long> carried = [];

    /// <summary>What watches one run.</summary>
    public RunWatch Of(RunId run) => Seen(run).Watch;

    public void Look()
    {
        foreach (var run in database.InOrder)
        {
            var was = Seen(run.Record.Id);
            if (was.Record != run.Record)
            {
                Look(run, was);
                was.Record = run.Record;
            }
        }
    }

    /// <summary>What the hosts of a process say about their runs.</summary>
    public void Look(SimulatedProcess process)
    {
        foreach (var host in process.Hosts)
        {
            if (host.State.Version != carried.GetValueOrDefault(host))
            {
                carried[host] = host.State.Version;
                Of(host.Id).Carried(host.State);
            }
        }
    }

    private void Look(MemoryRun run, SeenRun was)
    {
        for (; was.Appends < run.Appends.Count; was.Appends++)
        {
            var append = run.Appends[was.Appends];
            var events = Read(run.Record.Id, append);
            trace.Add($"    stored under {append.Epoch}: {run.Record.Id} {append.Version} {string.Join(", ", events)}");
            Invariant.Check(
                database.IsValid(append.Epoch), Invariant.FencedNeverWrites, $"epoch {append.Epoch} wrote to {run.Record.Id}");
            was.Watch.Stored(append.Version, append.At, append.Epoch, events);
            foreach (var started in events.Select(StartedBy).OfType<string>())
            {
                Invariant.Check(
                    database.Find(new RunId(started)) is not null, Invariant.StartedIsThere, $"{run.Record.Id} started {started}");
            }
        }

        if (run.Snapshot is { } snapshot && snapshot.Version != was.Snapshot)
        {
            was.Snapshot = snapshot.Version;
            was.Watch.Kept(snapshot.Version, Read(run.Record, snapshot).Span);
        }

        var record = run.Record;
        Invariant.Check(
            record.Key is null || database.InOrder.TrueForAll(other => other == run || other.Record.Key != record.Key),
            Invariant.OneRunAKey,
            $"another run has the key of {record.Id}");
        var owner = was.Record?.Owner;
        Invariant.Check(
            owner is not { } before || record.Owner == before || record.Owner is null || !database.IsValid(before),
            Invariant.OneOwner,
            $"epoch {record.Owner} owns {record.Id}, which epoch {owner} has not let go");
        Invariant.Check(
            record.Row.IsOver || record.Owner is not null || was.Watch.WaitsForOthers || record.Row.WakeAt <= LatestWake(record, was.Watch.State),
            Invariant.NothingSleeps,
            $"{record.Id} is let go until {record.Row.WakeAt:O} and waits for {LatestWake(record, was.Watch.State):O}");
        Invariant.Check(
            record.Version == was.Watch.State.Version,
            Invariant.VersionsHaveNoGaps,
            $"{record.Id} is at {record.Version}, its journal at {was.Watch.State.Version}");
    }

    private ImmutableArray<RunEvent> Read(RunId run, StoredAppend append) => Whole(run, () => RunReader.ReadEvents(
        run, append, Now(RunBlobs.ReadAsync(reader, run, [append], CancellationToken.None))));

    private ReadOnlyMemory<byte> Read(RunRecord run, RunSnapshot snapshot) => Whole(run.Id, () => Now(
        RunBlobs.ReadAsync(reader, [new RunHistory(run, snapshot, [])], CancellationToken.None)).PutBack(snapshot.State));

    private static T Whole<T>(RunId run, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception damaged) when (damaged is HistoryException or InvalidDataException)
        {
            throw new BrokenInvariantException(Invariant.PayloadsAreWhole, $"{run}: {damaged.Message}");
        }
    }

    // The memory store answers at once.
    private static RunBlobs Now(ValueTask<RunBlobs> blobs) => blobs.AsTask().GetAwaiter().GetResult();

    private static string? StartedBy(RunEvent happened) => happened switch
    {
        RunEvent.ChildStarted child => child.Run,
        RunEvent.RunLaunched launched => launched.Run,
        _ => null,
    };

    // The row may say a millisecond later than asked, for stores that keep no more.
    private DateTimeOffset? LatestWake(RunRecord run, RunState state) => Run.Outstanding(plot.Of(run.Hash), state).Min(work => work switch
    {
        RunWork.StartChild child => child.NotBefore,
        RunWork.Attempt attempt => attempt.NotBefore,
        RunWork.Reconcile reconcile => reconcile.NotBefore,
        RunWork.WakeAt wake => wake.DueAt,
        _ => throw new System.Diagnostics.UnreachableException(work.GetType().Name),
    })?.AddMilliseconds(1);

    private SeenRun Seen(RunId run)
    {
        if (!seen.TryGetValue(run, out var known))
        {
            // Of one that is not there nothing holds, whatever it would be a run of.
            var workflow = database.Find(run) is { } there ? plot.Of(there.Record.Hash) : plot.Definition.Workflow;
            seen[run] = known = new SeenRun(new RunWatch(workflow, Of));
        }

        return known;
    }

    private sealed class SeenRun(RunWatch watch)
    {
        public RunWatch Watch => watch;

        public int Appends { get; set; }

        public long Snapshot { get; set; }

        public RunRecord? Record { get; set; }
    }
}
