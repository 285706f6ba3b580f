using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Simulation.Tests.Workflows;
using Orleans.Agents.Values;

namespace Orleans.Agents.Simulation.Tests.Rules;

/// <summary>
/// Ring 1: a run, its carriers, what they ask for and their clocks, all inside one loop with one source of chance. There
/// are no threads, tasks or timers in here, so a seed names an execution exactly.
/// </summary>
internal sealed class RulesWorld
{
    private const int MaxHosts = 3;
    private const int StepsWithFaults = 150;
    private const int StepsToEnd = 6_000;

    private static readonly RunId Name = new("run-1");

    private readonly Random chance;
    private readonly Plot plot;
    private readonly Script script;
    private readonly Trace trace;
    private readonly Decide decide;
    private readonly RunWatch watch;
    private readonly RulesStore store;
    private readonly List<RulesHost> hosts = [];
    private readonly List<RunCommand> post = [];
    private readonly Dictionary<string, int> told = new(StringComparer.Ordinal);
    private readonly string[] signals;
    private readonly TimeSpan parkAfter;
    private int asked;
    private DateTimeOffset now = Undisturbed.Noon;

    private RulesWorld(int seed, Decide decide, bool keepsTrace)
    {
        chance = new Random(seed);
        plot = Plot.Of(seed, hasOnce: false);
        script = new Script(seed);
        signals = [.. SignalRules.NamesIn(plot.Definition.Workflow)];
        trace = new Trace(keepsTrace);
        this.decide = decide;
        watch = new RunWatch(plot.Definition.Workflow);
        store = new RulesStore(watch, trace);
        parkAfter = TimeSpan.FromSeconds(chance.Next(1, 60));
    }

    /// <summary>Plays a seed: a while with faults, then without, and says which promise was broken first.</summary>
    public static Played Play(int seed, Decide decide, bool keepsTrace)
    {
        var world = new RulesWorld(seed, decide, keepsTrace);
        try
        {
            world.Play();
            return new Played(world.trace.Lines, null);
        }
        catch (BrokenInvariantException broken)
        {
            return new Played(world.trace.Lines, broken);
        }
        catch (Exception fault)
        {
            return new Played(world.trace.Lines, new BrokenInvariantException(Invariant.NothingBreaks, $"{fault}"));
        }
    }

    private void Play()
    {
        for (var step = 0; step < StepsWithFaults && !watch.State.IsOver; step++)
        {
            if (chance.Next(5) == 0)
            {
                Misfortune();
            }
            else
            {
                Step(hasFaults: true);
            }
        }

        hosts.ForEach(h => h.IsPaused = false);
        for (var step = 0; !watch.State.IsOver; step++)
        {
            Invariant.Check(step < StepsToEnd, Invariant.EveryRunEnds, $"in state {watch.State.State} although faults stopped");
            Step(hasFaults: false);
        }

        if (!plot.HasTimeLimits)
        {
            watch.EndedLike(Undisturbed.Play(plot.Definition.Workflow, script, Name));
        }

        if (decide == Run.Decide)
        {
            watch.ReplaysTheSame();
        }
    }

    private void Step(bool hasFaults)
    {
        var awake = hosts.FindAll(h => !h.IsPaused);
        if (awake.Count == 0 || (awake.Count < MaxHosts && chance.Next(20) == 0))
        {
            hosts.Add(new RulesHost(store.Take(), plot.Definition.Workflow, decide));
            trace.Add($"{now:T} a process starts under epoch {hosts[^1].Epoch}");
            return;
        }

        var host = awake[chance.Next(awake.Count)];
        switch (chance.Next(8))
        {
            case 0:
                Look(host);
                break;
            case 7 when store.Version > 0 && chance.Next(3) == 0:
                SuspendOrResume(hasFaults);
                break;
            case 7 when signals.Length > 0 && store.Version > 0:
                Tell();
                break;
            case 1:
                Deliver(host, isTwice: hasFaults && chance.Next(4) == 0);
                break;
            case 2 or 3:
                Pump(host, hasFaults);
                break;
            case 4:
                Begin(host);
                break;
            case 5:
                Answer(host, isTwice: hasFaults && chance.Next(4) == 0);
                break;
            default:
                now += TimeSpan.FromSeconds(chance.Next(1, 30));
                break;
        }
    }

    private void Misfortune()
    {
        if (hosts.Count == 0)
        {
            return;
        }

        var host = hosts[chance.Next(hosts.Count)];
        switch (chance.Next(6))
        {
            case 0:
                hosts.Remove(host);
                store.Fence(host.Epoch);
                trace.Add($"{now:T} {host.Epoch} dies");
                break;
            case 1:
                host.IsPaused = true;
                trace.Add($"{now:T} {host.Epoch} stands still");
                break;
            case 2:
                host.IsPaused = false;
                trace.Add($"{now:T} {host.Epoch} goes on");
                break;
            case 3:
                host.Skew = TimeSpan.FromSeconds(chance.Next(-300, 300));
                trace.Add($"{now:T} the clock of {host.Epoch} is off by {host.Skew}");
                break;
            case 4:
                post.Add(chance.Next(20) == 0 ? new RunCommand.Cancel("enough") : new RunCommand.Wake());
                break;
            default:
                now += TimeSpan.FromMinutes(chance.Next(1, 10));
                break;
        }
    }

    // What the keeper does: fence who is gone, and carry what waits for somebody.
    private void Look(RulesHost host)
    {
        foreach (var other in hosts.FindAll(h => h.IsPaused && store.Owner == h.Epoch))
        {
            store.Fence(other.Epoch);
        }

        if (store.Version == 0 && host.State is null)
        {
            host.Open(RunState.Initial);
            host.Inbox.Add(new RunCommand.Start(Name, Guid.Empty, Payload.EmptyObject, Epoch: host.Epoch));
        }
        else if (store.IsFenced(host.Epoch) && host.State is null)
        {
            hosts.Remove(host); // a fenced process cannot carry; another takes its place
        }
        else if (store.IsWaiting(now + host.Skew) && host.State is null && store.Owner is var before && store.Claim(host.Epoch))
        {
            host.Open(store.Read());
            watch.Carried(host.State!);
            host.Inbox.Add(new RunCommand.TakeOver(host.Epoch, WasPutDown: before is null, AfterCrash: before is not null));
            host.Deliver(store.Inbox);
        }
    }

    // Too early, in time, or once more: what was sent before is sent again now and then.
    private void Tell()
    {
        var name = watch.State.Awaited?.Signal is { } awaited && chance.Next(3) > 0 ? awaited : signals[chance.Next(signals.Length)];
        var next = told.GetValueOrDefault(name);
        var isFull = (watch.State.Awaited?.Signal != name || watch.State.Suspension is not null) && (watch.State.Signals?.Count ?? 0) + store.Inbox.Count > 3;
        var number = next > 0 && (isFull || chance.Next(4) == 0) ? chance.Next(next) : next;
        if (isFull && number == next)
        {
            return;
        }

        told[name] = Math.Max(next, number + 1);
        var signal = Script.Told(name, number);
        trace.Add($"{now:T} somebody sends {signal}");
        watch.Sent(signal);
        store.Post(new RulesNote(signal.Id, signal));
    }

    // Once faults have stopped, somebody lets it go on and nobody suspends it any more.
    private void SuspendOrResume(bool hasFaults)
    {
        var id = $"asked-{++asked}";
        if (watch.State.Suspension is not null ? chance.Next(3) > 0 : !hasFaults || chance.Next(4) > 0)
        {
            if (watch.State.Suspension is not null || store.Inbox.Any(note => note.Command is RunCommand.Suspend))
            {
                trace.Add($"{now:T} somebody resumes the run");
                store.Post(new RulesNote(id, new RunCommand.Resume()));
            }
        }
        else if (hasFaults)
        {
            trace.Add($"{now:T} somebody suspends the run");
            store.Post(new RulesNote(id, new RunCommand.Suspend(IsByParent: chance.Next(4) == 0)));
        }
    }

    private void Deliver(RulesHost host, bool isTwice)
    {
        if (host.State is not null && store.Owner == host.Epoch)
        {
            host.Deliver(store.Inbox);
        }

        if (post.Count > 0)
        {
            var at = chance.Next(post.Count);
            host.Inbox.Add(post[at]);
            trace.Add($"{now:T} {host.Epoch} hears {post[at]}");
            if (!isTwice)
            {
                post.RemoveAt(at);
            }
        }
    }

    private void Pump(RulesHost host, bool hasFaults)
    {
        if (host.Due(now + host.Skew).OfType<RunWork.WakeAt>().Any())
        {
            host.Inbox.Add(new RunCommand.Wake());
        }

        if (host.Pump(now + host.Skew, parkAfter) is not { } append)
        {
            return;
        }

        var fate = hasFaults ? chance.Next(6) : 0;
        if (fate == 1)
        {
            return; // it never arrived, and the host does not know
        }

        var answer = store.Append(append, keepsSnapshot: chance.Next(5) == 0);
        trace.Add($"{now:T} {host.Epoch} appends at {append.Expected}: {answer}{(fate == 2 ? ", but nobody hears it" : "")}");
        if (fate != 2)
        {
            foreach (var (activity, attempt) in host.Answered(append, answer))
            {
                watch.Finished((int)host.Epoch.Value, activity, attempt);
            }

            if (answer is Appended.Stored && host.State is { } state)
            {
                watch.Carried(state);
            }
        }
    }

    private void Begin(RulesHost host)
    {
        foreach (var attempt in host.Due(now + host.Skew).OfType<RunWork.Attempt>())
        {
            host.Started.Add((attempt.Activity, attempt.Number));
            host.UnderWay.Add(attempt);
            trace.Add($"{now:T} {host.Epoch} begins attempt {attempt.Number} at {attempt.Activity}");
            var knowsAll = store.Owner == host.Epoch && !store.IsFenced(host.Epoch) && !host.IsUncertain;
            watch.Began((int)host.Epoch.Value, new Epoch(host.State!.Epoch), knowsAll, attempt.Activity, attempt.Number);
        }
    }

    private void Answer(RulesHost host, bool isTwice)
    {
        if (host.UnderWay.Count == 0)
        {
            return;
        }

        var attempt = host.UnderWay[chance.Next(host.UnderWay.Count)];
        host.UnderWay.Remove(attempt);
        watch.Finished((int)host.Epoch.Value, attempt.Activity, attempt.Number);
        var report = script.Answer(attempt.Activity, attempt.Number);
        watch.Gave(report);
        host.Inbox.Add(report);
        trace.Add($"{now:T} {host.Epoch} hears of attempt {attempt.Number} at {attempt.Activity}");
        if (isTwice)
        {
            post.Add(report);
        }
    }
}
