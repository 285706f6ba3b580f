using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Simulation.Tests.Shell;

/// <summary>Looks at the database after every step: what is new must keep all promises.</summary>
internal sealed class DatabaseWatch(MemoryDatabase database, Workflow workflow, Trace trace)
{
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
            var events = RunReader.ReadEvents(run.Record.Id, append, RunBlobs.None);
            trace.Add($"    stored under {append.Epoch}: {run.Record.Id} {append.Version} {string.Join(", ", events)}");
            RunWatch.Check(
                database.IsValid(append.Epoch), Invariant.FencedNeverWrites, $"epoch {append.Epoch} wrote to {run.Record.Id}");
            was.Watch.Stored(append.Version, append.At, append.Epoch, events);
        }

        if (run.Snapshot is { } snapshot && snapshot.Version != was.Snapshot)
        {
            was.Snapshot = snapshot.Version;
            was.Watch.Kept(snapshot.Version, snapshot.State.Span);
        }

        var record = run.Record;
        RunWatch.Check(
            database.InOrder.TrueForAll(other => other == run || other.Record.Key != record.Key),
            Invariant.OneRunAKey,
            $"another run has the key of {record.Id}");
        var owner = was.Record?.Owner;
        RunWatch.Check(
            owner is not { } before || record.Owner == before || record.Owner is null || !database.IsValid(before),
            Invariant.OneOwner,
            $"epoch {record.Owner} owns {record.Id}, which epoch {owner} has not let go");
        RunWatch.Check(
            record.Row.IsOver || record.Owner is not null || was.Watch.AwaitsDecision || record.Row.WakeAt <= LatestWake(was.Watch.State),
            Invariant.NothingSleeps,
            $"{record.Id} is let go until {record.Row.WakeAt:O} and waits for {LatestWake(was.Watch.State):O}");
        RunWatch.Check(
            record.Version == was.Watch.State.Version,
            Invariant.VersionsHaveNoGaps,
            $"{record.Id} is at {record.Version}, its journal at {was.Watch.State.Version}");
    }

    // The row may say a millisecond later than asked, for stores that keep no more.
    private DateTimeOffset? LatestWake(RunState state) => Run.Outstanding(workflow, state).Min(work => work switch
    {
        RunWork.Attempt attempt => attempt.NotBefore,
        RunWork.Reconcile reconcile => reconcile.NotBefore,
        RunWork.WakeAt wake => wake.DueAt,
        _ => throw new System.Diagnostics.UnreachableException(work.GetType().Name),
    })?.AddMilliseconds(1);

    private SeenRun Seen(RunId run)
    {
        if (!seen.TryGetValue(run, out var known))
        {
            seen[run] = known = new SeenRun(new RunWatch(workflow));
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
