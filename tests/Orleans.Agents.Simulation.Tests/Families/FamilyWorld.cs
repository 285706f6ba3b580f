using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Simulation.Tests.Rules;
using Orleans.Agents.Simulation.Tests.Shell;
using Orleans.Agents.Simulation.Tests.Workflows;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Simulation.Tests.Families;

/// <summary>
/// A whole tree of runs by the rules alone. Children, calls and notes come in any order; processes die, and the calls they were
/// making are lost, or happen all the same; losers tell what they did when the run has long moved on. First all of that, then
/// nothing but what is due until everything is over or waits for somebody, then those for whom it waits.
/// </summary>
internal sealed class FamilyWorld
{
    private const int StepsWithFaults = 400;
    private const int MostSteps = 20_000;

    private static readonly RunId Root = new("run-1");

    private readonly Random chance;
    private readonly int seed;
    private readonly Decide decide;
    private readonly Trace trace;
    private readonly OnceLedger once = new(remembersCalls: true);
    private readonly Dictionary<RunId, FamilyRun> byId = [];
    private readonly List<FamilyRun> runs = [];
    private readonly FamilyPurse purse = new();
    private readonly FamilyFriends friends;
    private DateTimeOffset now = Undisturbed.Noon;
    private long epochs = 1;
    private int steps;

    private FamilyWorld(int seed, Decide decide, bool keepsTrace)
    {
        this.seed = seed;
        this.decide = decide;
        chance = new Random(seed);
        trace = new Trace(keepsTrace);
        friends = new FamilyFriends(runs, once, chance);
    }

    /// <summary>Plays a seed and says which promise was broken first.</summary>
    /// <param name="plot">What is run.</param>
    /// <param name="seed">What happens to it.</param>
    /// <param name="decide">The rules.</param>
    /// <param name="keepsTrace">Whether somebody will read what happened.</param>
    /// <param name="happened">Is told each fact.</param>
    public static Played Play(
        Workflow plot, int seed, Decide decide, bool keepsTrace, Action<RunEvent>? happened = null)
    {
        var world = new FamilyWorld(seed, decide, keepsTrace) { Happened = happened };
        try
        {
            world.Play(plot);
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

    private Action<RunEvent>? Happened { get; init; }

    private void Play(Workflow plot)
    {
        Add(Root, plot, new Epoch(1), new RunCommand.Start(Root, Guid.Empty, Payload.EmptyObject, Epoch: new Epoch(1)));
        for (var step = 0; step < StepsWithFaults; step++)
        {
            if (chance.Next(12) == 0)
            {
                Misfortune(runs[chance.Next(runs.Count)]);
            }
            else if (!Step())
            {
                friends.Help();
            }
        }

        Rest();
        foreach (var run in runs.Where(run => !run.State.IsOver))
        {
            Invariant.Check(
                Parking.IsPossible(run.State, now, out var due) && due is null,
                Invariant.NothingSleeps,
                $"nothing is to be done for {run.Id}, and it is neither over nor waits for somebody");
        }

        for (var helped = 0; runs.Exists(run => !run.State.IsOver); helped++)
        {
            Invariant.Check(helped < MostSteps, Invariant.EveryRunEnds, $"whatever it is told {runs.Find(run => !run.State.IsOver)!.Id} does not end");
            friends.Help();
            Rest();
        }

        runs.ForEach(run => Invariant.Check(run.Notes.Count == 0, Invariant.NothingSleeps, $"{run.Id} is over and has notes"));
        purse.StayedWithin(runs);
        if (decide == Run.Decide)
        {
            runs.ForEach(run => run.Watch.ReplaysTheSame());
        }
    }

    private void Rest()
    {
        while (Step())
        {
            Invariant.Check(++steps < MostSteps, Invariant.EveryRunEnds, $"after {steps} steps {runs.Count(r => !r.State.IsOver)} runs go on");
        }
    }

    // Does one of the things that can be done now, else lets time pass to the next; false when there is none.
    private bool Step()
    {
        var busy = runs.FindAll(run => CanMove(run) || run.Calls.Count > 0);
        if (busy.Count > 0)
        {
            Move(busy[chance.Next(busy.Count)]);
            return true;
        }

        if (runs.Where(run => !run.State.IsOver).Min(run => run.NextDue()) is not { } next)
        {
            return false;
        }

        now = next > now ? next : now;
        return true;
    }

    private bool CanMove(FamilyRun run) =>
        !run.State.IsOver && (run.IsAdrift || run.Notes.Count > 0 || run.Due(now).Any());

    private void Move(FamilyRun run)
    {
        if (run.Calls.Count > 0 && (chance.Next(2) == 0 || !CanMove(run)))
        {
            Answer(run);
            return;
        }

        if (run.IsAdrift || run.IsPutDown)
        {
            TakeOver(run);
        }
        else if (run.Notes.Count > 0 && chance.Next(2) == 0)
        {
            Tell(run, run.TakeNote(chance));
        }
        else if (run.Due(now).ToList() is { Count: > 0 } due)
        {
            Begin(run, due[chance.Next(due.Count)]);
        }
    }

    private void Begin(FamilyRun run, RunWork work)
    {
        switch (work)
        {
            case RunWork.WakeAt:
                Tell(run, new RunCommand.Wake());
                break;
            case RunWork.StartChild { Activity: var (_, visit, branch), Number: var number }:
                Tell(run, new RunCommand.StartChild(visit, branch, number));
                break;
            case RunWork.Reconcile ask:
                run.Begin(ask);
                var found = chance.Next(4) == 0
                    ? new Reconciliation.Unknown("The books are closed today.")
                    : once.Find(CallOf(run, ask.Activity, ask.Number));
                Tell(run, new RunCommand.ReportReconciled(ask.Activity.Visit, ask.Activity.Branch, ask.Number, found));
                break;
            case RunWork.Attempt attempt:
                Begin(run, attempt);
                break;
        }
    }

    private void Begin(FamilyRun run, RunWork.Attempt attempt)
    {
        var (_, visit, branch) = attempt.Activity;
        var asked = run.Workflow.States[attempt.State].ActivityOf(branch);
        var isOnce = asked is State.ToolCall { Effect: ToolEffect.Once };
        var intend = new RunCommand.Intend(visit, branch, attempt.Number, new Epoch(run.State.Epoch));
        run.Begin(attempt);
        if (isOnce && Tell(run, intend) is not { Events: [RunEvent.ActivityIntended] })
        {
            return;
        }

        if (isOnce)
        {
            run.Watch.Called(attempt.Activity, attempt.Number);
        }

        trace.Add($"    {run.Epoch} begins attempt {attempt.Number} at {attempt.Activity}");
        run.Watch.Began((int)run.Epoch.Value, new Epoch(run.State.Epoch), knowsAll: true, attempt.Activity, attempt.Number);
        run.Calls.Add(new FamilyCall(attempt, run.Epoch, asked is State.AgentCall, isOnce, now));
    }

    // What is told under an epoch that is gone is heard only of calls that must not be made twice.
    private void Answer(FamilyRun run)
    {
        var call = run.Calls[chance.Next(run.Calls.Count)];
        run.Calls.Remove(call);
        var (_, visit, branch) = call.Attempt.Activity;
        var isCarried = call.Epoch == run.Epoch && !run.IsAdrift && !run.IsPutDown;
        var tookTooLong = now - call.Since > call.Attempt.Timeout || chance.Next(40) == 0;
        var timeout = new Failure(FailureClass.Timeout, FailureCode.ActivityTimeout, "It took too long.");
        if (tookTooLong && isCarried && chance.Next(4) > 0)
        {
            timeout = call.IsOnce ? new Failure(FailureClass.UnknownOutcome, FailureCode.UnknownOutcome, "Nobody knows.", Cause: timeout) : timeout;
            Tell(run, new RunCommand.ReportFailure(visit, branch, call.Attempt.Number, timeout));
            isCarried = false; // it may still happen
        }

        if (call.IsOnce && !once.Admits(CallOf(run, call.Attempt.Activity, call.Attempt.Number, call.Epoch)))
        {
            return;
        }

        var report = call.Report(run.Script);
        trace.Add($"    attempt {call.Attempt.Number} at {call.Attempt.Activity} answers {report}");
        run.Watch.Gave(report);
        purse.Used(run, report);
        if (call.IsOnce && report is RunCommand.ReportSuccess good)
        {
            once.Happens(CallOf(run, call.Attempt.Activity, call.Attempt.Number, call.Epoch), good.Output);
        }

        if (isCarried)
        {
            Tell(run, report);
        }
        else if (call.IsOnce && !run.State.IsOver && chance.Next(2) == 0)
        {
            run.Notes.Add(new RunCommand.ReportLate(
                visit, branch, call.Attempt.Number, (report as RunCommand.ReportSuccess)?.Output, (report as RunCommand.ReportFailure)?.Failure));
        }
    }

    private static ToolCall CallOf(FamilyRun run, ActivityId activity, int attempt, Epoch? epoch = null) =>
        new(Payload.Null, activity, attempt, epoch ?? new Epoch(run.State.Epoch), FileRoots.None);

    private void Misfortune(FamilyRun run)
    {
        if (chance.Next(12) == 0 && runs.Count(other => other.State.Origin!.Fork is not null) < 3)
        {
            Fork(run);
            return;
        }

        if (run.State.IsOver)
        {
            return;
        }

        switch (chance.Next(12))
        {
            case < 3 when !run.IsPutDown:
                trace.Add($"{now:T} who carries {run.Id} is gone");
                run.IsAdrift = true;
                run.Calls.RemoveAll(_ => chance.Next(2) == 0);
                break;
            case 3 when chance.Next(4) == 0:
                run.Notes.Add(new RunCommand.Cancel("enough"));
                break;
            case < 6:
                PutDown(run);
                break;
            case 6 when chance.Next(3) == 0:
                run.Notes.Add(new RunCommand.Suspend("wait"));
                break;
            case < 10:
                friends.Help();
                break;
            default:
                now += TimeSpan.FromSeconds(chance.Next(1, 120));
                break;
        }
    }

    private void PutDown(FamilyRun run)
    {
        var beyond = now + TimeSpan.FromSeconds(chance.Next(0, 30));
        if (run.IsAdrift || run.IsPutDown || run.Notes.Count > 0 || !Parking.IsPossible(run.State, beyond, out _))
        {
            return;
        }

        Tell(run, new RunCommand.Rest(beyond));
        run.IsPutDown = true;
        trace.Add($"{now:T} {run.Id} is put down");
    }

    private void TakeOver(FamilyRun run)
    {
        var wasPutDown = run.IsPutDown;
        run.Read(new Epoch(++epochs));
        Tell(run, new RunCommand.TakeOver(run.Epoch, wasPutDown, AfterCrash: !wasPutDown));
    }

    private Decision.Accepted? Tell(FamilyRun run, RunCommand command)
    {
        var accepted = run.Decide(decide, command, now);
        trace.Add($"{now:T} {run.Id} hears {command}: {(accepted is null ? "nothing follows" : string.Join(", ", accepted.Events))}");
        if (accepted is not null)
        {
            Follow(run, accepted);
        }

        return accepted;
    }

    private void Follow(FamilyRun run, Decision.Accepted accepted)
    {
        foreach (var happened in Happened is null ? [] : accepted.Events)
        {
            Happened!(happened);
        }

        foreach (var child in accepted.Children)
        {
            Add(child.Run, child.Workflow, run.Epoch, new RunCommand.Start(
                child.Run,
                child.CorrelationId,
                child.Input,
                Epoch: run.Epoch,
                Parent: child.Parent,
                DepthLeft: child.DepthLeft,
                Allotted: child.Allotted));
        }

        foreach (var child in accepted.Abandoned)
        {
            byId[child].Leave(new RunCommand.Cancel("Nobody waits for it."));
        }

        foreach (var (other, message) in accepted.Sent)
        {
            byId[other].Leave(new RunCommand.Hear(message));
        }

        if (accepted.Events[0] is RunEvent.Suspended or RunEvent.Resumed || accepted.Events[^1] is RunEvent.Suspended)
        {
            RunCommand also = accepted.Events[0] is RunEvent.Resumed ? new RunCommand.Resume(true) : new RunCommand.Suspend(null, true);
            foreach (var child in run.State.Open.Values.Where(open => open.Child is not null))
            {
                byId[new RunId(child.Child!)].Leave(also);
            }
        }

        if (!run.State.IsOver)
        {
            return;
        }

        run.Notes.Clear();
        if (run.State.Origin!.Parent is { IsLaunched: not true } parent)
        {
            byId[new RunId(parent.Run)].Leave(FamilyPurse.EndOf(run.State, parent));
        }
    }

    // Somebody begins another run where this one stood; both go on, and neither needs the other. What became of calls that
    // must not be made twice is left out: one of two runs that wish for the same call may have it refused.
    private void Fork(FamilyRun run)
    {
        var cut = run.StoodAt(chance);
        var asked = new ForkAsked(new RunId($"fork-{runs.Count}"), Guid.Empty, new Epoch(++epochs));
        if (!IsOnceOpen(run.Workflow, cut) && Checkpoint.TryMake(run.Workflow, cut, asked, now, out var checkpoint, out _))
        {
            trace.Add($"{now:T} {run.Id} is forked at {cut.Version}");
            var fork = Add(asked.Run, run.Workflow, asked.Epoch, new RunCommand.Fork(checkpoint));
            foreach (var (name, number) in run.Told)
            {
                fork.Told[name] = number; // the names of signals are not used again
            }
        }
    }

    private static bool IsOnceOpen(Workflow workflow, RunState cut) => cut.Open.Keys.Any(
        branch => workflow.States[cut.State].ActivityOf(branch) is State.ToolCall { Effect: ToolEffect.Once });

    private FamilyRun Add(RunId id, Workflow workflow, Epoch epoch, RunCommand start)
    {
        Invariant.Check(!byId.ContainsKey(id), Invariant.OneRunAChild, $"{id} is started a second time");
        var run = new FamilyRun(id, workflow, new RunWatch(workflow, child => byId[child].Watch), new Script((seed * 7919) + runs.Count))
        {
            Epoch = epoch,
        };
        byId.Add(id, run);
        runs.Add(run);
        Tell(run, start);
        return run;
    }
}
