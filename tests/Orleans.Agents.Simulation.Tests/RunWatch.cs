using System.Collections.Immutable;
using System.Text.Json;
using Orleans.Agents.Budgets;
using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;
using Orleans.Agents.Simulation.Tests.Workflows;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Simulation.Tests;

/// <summary>
/// Watches one run from outside: what is stored of it, what is begun and answered for it. It knows nothing of who carries
/// the run, and throws as soon as a promise is broken.
/// </summary>
internal sealed class RunWatch(Workflow workflow, Func<RunId, RunWatch>? watchOf = null)
{
    private readonly Dictionary<long, RunState> states = new() { [0] = RunState.Initial };
    private readonly List<(DateTimeOffset At, ImmutableArray<RunEvent> Events)> appends = [];
    private readonly HashSet<(int Visit, int Branch, int Attempt)> recorded = [];
    private readonly HashSet<(int Visit, int Branch)> closed = [];
    private readonly HashSet<(int Visit, int Branch, int Attempt)> intended = [];
    private readonly Dictionary<(int Visit, int Branch, int Attempt), string> given = [];
    private readonly Dictionary<(int Process, int Visit, int Branch), int> underWay = [];
    private readonly Dictionary<(int Visit, int Branch, int Attempt), RunId> children = [];
    private readonly List<RunEvent> inherited = [];
    private readonly SignalWatch signals = new();
    private readonly BookWatch books = new();
    private readonly CrashWatch crashes = new();
    private Epoch last;
    private Epoch called;

    /// <summary>What the stored facts make of the run.</summary>
    public RunState State { get; private set; } = RunState.Initial;

    /// <summary>Whether somebody has to decide before the run goes on.</summary>
    public bool AwaitsDecision => State.Open.Values.Any(o => o.AwaitsDecision);

    /// <summary>Whether somebody else moves it: who decides, resumes it or sends a signal, or a child that ends.</summary>
    public bool WaitsForOthers =>
        AwaitsDecision || State.Suspension is not null || State.Awaited is not null || State.AwaitedChildren is not null || State is { Ending: not null, Unsettled: not null };

    /// <summary>Whether something happened that may change how the run ends, and is meant to.</summary>
    public bool IsDisturbed { get; private set; }

    /// <summary>Where the run stood after each of its appends, oldest first.</summary>
    public IEnumerable<RunState> Cuts => states.Where(state => state.Key > 0).OrderBy(state => state.Key).Select(state => state.Value);

    /// <summary>How many signals of a name it has received, those included that the run had received that it was forked from.</summary>
    public int CountHeard(string signal) =>
        FactsUpTo(State.Version).OfType<RunEvent.SignalReceived>().Count(e => e.Signal == signal);

    /// <summary>Facts were stored.</summary>
    public void Stored(long version, DateTimeOffset at, Epoch epoch, ImmutableArray<RunEvent> events)
    {
        Invariant.Check(!State.IsOver, Invariant.EndsOnce, $"{events[0].GetType().Name} follows the end");
        Invariant.Check(
            version == State.Version + events.Length,
            Invariant.VersionsHaveNoGaps,
            $"{events.Length} events lead from {State.Version} to {version}");
        Invariant.Check(
            epoch == last || State.Version == 0 || events[0] is RunEvent.TakenOver,
            Invariant.OneOwner,
            $"epoch {epoch} wrote after {last} without having taken the run over");
        Invariant.Check(at >= State.Now, Invariant.TimeNeverRunsBack, $"{at:O} follows {State.Now:O}");
        Invariant.Check(
            !events[..^1].Any(e => e is RunEvent.Succeeded or RunEvent.Failed),
            Invariant.EndsOnce,
            $"something follows the end in its own append");
        appends.Add((at, events));
        foreach (var happened in events)
        {
            Record(happened);
            signals.Record(happened);
            crashes.Record(happened);
        }

        var before = State;
        last = epoch;
        State = Run.Evolve(State, events, at);
        Invariant.Check(
            events.Any(e => e is RunEvent.TakenOver) ? State.Epoch > before.Epoch : State.Epoch >= before.Epoch,
            Invariant.EpochsNeverDecrease,
            $"the run was taken over under {State.Epoch} after {before.Epoch}");
        states[version] = State;
        books.Stored(events, at, State);
        IsDisturbed |= books.HasLost; // less is left than there would be
        foreach (var child in children.Values.Where(_ => State.IsOver))
        {
            Invariant.Check(watchOf!(child).State.IsOver, Invariant.ChildrenEndFirst, $"run {child} goes on after its parent's end");
        }

        Invariant.Check(
            State.ActivitiesUsed <= State.Bounds!.Activities,
            Invariant.WithinBudget,
            $"{State.ActivitiesUsed} activities of {State.Bounds.Activities}");
        Invariant.Check(
            State.IsOver || State.Ending is not null || WaitsForOthers || !Run.Outstanding(workflow, State).IsEmpty,
            Invariant.NothingSleeps,
            $"in state {State.State} at version {version} the run waits for nobody");
    }

    /// <summary>A carrier says that this is the run's state, and that it is durable.</summary>
    public void Carried(RunState state)
    {
        Invariant.Check(
            states.TryGetValue(state.Version, out var folded) && Written(folded) == Written(state),
            Invariant.StateIsFold,
            $"a carrier's state at version {state.Version} is not what the journal makes of it");
    }

    /// <summary>A snapshot was stored.</summary>
    public void Kept(long version, ReadOnlySpan<byte> snapshot) => Invariant.Check(
        states.TryGetValue(version, out var folded)
        && Written(folded) == Written(JsonSerializer.Deserialize(snapshot, RunJson.Default.RunState)!),
        Invariant.SnapshotIsFold,
        $"the snapshot at version {version} is not what the journal makes of it");

    /// <summary>An attempt begins.</summary>
    /// <param name="process">Where.</param>
    /// <param name="epoch">The epoch the tool is told.</param>
    /// <param name="knowsAll">
    /// Whether the process owns the run and has heard what became of all it sent. Others may not know better.
    /// </param>
    /// <param name="activity">The activity.</param>
    /// <param name="attempt">Which attempt at it.</param>
    public void Began(int process, Epoch epoch, bool knowsAll, ActivityId activity, int attempt)
    {
        var (_, visit, branch) = activity;
        Invariant.Check(
            !underWay.TryGetValue((process, visit, branch), out var other),
            Invariant.AttemptsDoNotOverlap,
            $"attempt {attempt} at {activity} begins in process {process} while attempt {other} is under way there");
        Invariant.Check(
            !knowsAll || !(closed.Contains((visit, branch)) || recorded.Contains((visit, branch, attempt))),
            Invariant.RecordedNeverAgain,
            $"attempt {attempt} at {activity} begins although its result is recorded");
        Invariant.Check(
            !knowsAll || epoch.Value >= called.Value,
            Invariant.EpochsNeverDecrease,
            $"a tool was called under {called} before the owner called it under {epoch}");
        Invariant.Check(
            !knowsAll || State.Suspension is null
                || Run.Outstanding(workflow, State).Any(work => work.Key is { } key && key.Activity == activity && key.Attempt == attempt),
            Invariant.SuspendedBeginsNothing,
            $"attempt {attempt} at {activity} begins in a suspended run that does not ask for it");
        Invariant.Check(
            !knowsAll || crashes.InARow < RunLimits.Crashes,
            Invariant.CrashLoopsPark,
            $"attempt {attempt} at {activity} begins although {crashes.InARow} processes in a row ended over such");
        crashes.Began();
        called = epoch.Value > called.Value ? epoch : called;
        books.Began(activity, attempt);
        underWay[(process, visit, branch)] = attempt;
    }

    /// <summary>A call is made that must not be made twice.</summary>
    public void Called(ActivityId activity, int attempt) => Invariant.Check(
        intended.Contains((activity.Visit, activity.Branch, attempt)),
        Invariant.OnceMeansOnce,
        $"attempt {attempt} at {activity} is made, and its intent is not stored");

    /// <summary>An attempt is over, one way or the other, or was told to stop.</summary>
    public void Finished(int process, ActivityId activity, int attempt)
    {
        var key = (process, activity.Visit, activity.Branch);
        if (underWay.GetValueOrDefault(key) == attempt)
        {
            underWay.Remove(key);
        }
    }

    /// <summary>Somebody answered to an attempt.</summary>
    public void Gave(RunCommand report) => given[Key(report)] = Meaning(report);

    /// <summary>Somebody sends the run a signal, or sends it again.</summary>
    public void Sent(RunCommand.Signal signal) => signals.Sent(signal);

    /// <summary>The run is over as it should be.</summary>
    public void EndedLike(RunState undisturbed) => Invariant.Check(
        IsDisturbed || Undisturbed.EndOf(State) == Undisturbed.EndOf(undisturbed),
        Invariant.FaultsChangeNothing,
        $"the run ended {Undisturbed.EndOf(State)}; undisturbed it ends {Undisturbed.EndOf(undisturbed)}");

    /// <summary>All that is stored of the run is decided the same again, also by a definition that says the same.</summary>
    public void ReplaysTheSame() => ReplayWatch.ReplaysTheSame(workflow, State, appends);

    private void Record(RunEvent happened)
    {
        switch (happened)
        {
            case RunEvent.Forked e when watchOf is not null:
                Inherit(watchOf(new RunId(e.State.Origin!.Fork!.Run)), e.State);
                break;
            case RunEvent.ChildStarted e:
                Invariant.Check(
                    children.TryAdd((e.Visit, e.Branch, e.Attempt), new RunId(e.Run)),
                    Invariant.OneRunAChild,
                    $"{e.Run} is started a second time");
                break;
            case RunEvent.ActivitySucceeded e when children.TryGetValue((e.Visit, e.Branch, e.Attempt), out var child):
                RecordEnd(child, (e.Visit, e.Branch, e.Attempt), $"{e.Output}", e.Spent);
                break;
            case RunEvent.ActivityFailed e when children.TryGetValue((e.Visit, e.Branch, e.Attempt), out var child)
                && e.Failure.Code != FailureCode.ActivityTimeout:
                RecordEnd(child, (e.Visit, e.Branch, e.Attempt), e.Failure.Code, e.Spent);
                break;
            case RunEvent.LateResult { Failure.Code: FailureCode.UnknownOutcome } e:
                children.Remove((e.Visit, e.Branch, e.Attempt)); // it was not waited for, because somebody would not wait
                break;
            case RunEvent.ActivitySucceeded e:
                Record((e.Visit, e.Branch, e.Attempt), $"{e.Output}", isEnginesOwn: false);
                closed.Add((e.Visit, e.Branch));
                break;
            case RunEvent.ActivityFailed e:
                Record((e.Visit, e.Branch, e.Attempt), e.Failure.Code, IsEnginesOwn(e.Failure.Code));
                break;
            case RunEvent.ActivityIntended e:
                intended.Add((e.Visit, e.Branch, e.Attempt));
                break;
            case RunEvent.ActivityUnknown:
            case RunEvent.Failed { Failure.Code: FailureCode.Cancelled }:
                IsDisturbed = true;
                break;
        }
    }

    // It begins with what the other one had come to, and whoever carries it repeats nothing of that.
    private void Inherit(RunWatch other, RunState checkpoint)
    {
        var version = checkpoint.Origin!.Fork!.Version;
        ForkWatch.BeginsAtTheCut(checkpoint, other.states.GetValueOrDefault(version));
        IsDisturbed |= other.IsDisturbed;
        inherited.AddRange(other.FactsUpTo(version));
        foreach (var happened in inherited)
        {
            switch (happened)
            {
                case RunEvent.ActivitySucceeded e:
                    recorded.Add((e.Visit, e.Branch, e.Attempt));
                    closed.Add((e.Visit, e.Branch));
                    break;
                case RunEvent.ActivityFailed e:
                    recorded.Add((e.Visit, e.Branch, e.Attempt));
                    break;
                case RunEvent.RunLaunched:
                    IsDisturbed = true; // it knows a run by another name than one that it would have launched itself
                    break;
            }
        }
    }

    private IEnumerable<RunEvent> FactsUpTo(long version) =>
        [.. inherited, .. appends.SelectMany(append => append.Events).Take((int)version)];

    // What a child ended with is the result of its attempt, and of no other; what disturbs it disturbs its parent.
    private void RecordEnd(RunId child, (int Visit, int Branch, int Attempt) key, string meaning, Books? spent)
    {
        var watch = watchOf!(child);
        Invariant.Check(recorded.Add(key), Invariant.OneResultAnAttempt, $"{key} has a second result");
        Invariant.Check(
            watch.State.IsOver && meaning == (watch.State.Failure?.Code ?? $"{watch.State.Output}"),
            Invariant.ResultsWereGiven,
            $"{key} has the result {meaning}; run {child} ended {Undisturbed.EndOf(watch.State)}");
        BookWatch.Compare(watch.State, spent);
        IsDisturbed |= watch.IsDisturbed;
    }

    // That an attempt took too long, was told to stop, or that nobody knows of it is not said by who makes it.
    private static bool IsEnginesOwn(string code) => code is FailureCode.ActivityTimeout or FailureCode.ActivityCancelled
        or FailureCode.UnknownOutcome || code.StartsWith("budget.", StringComparison.Ordinal);

    private void Record((int Visit, int Branch, int Attempt) key, string meaning, bool isEnginesOwn)
    {
        Invariant.Check(recorded.Add(key), Invariant.OneResultAnAttempt, $"{key} has a second result");
        Invariant.Check(
            isEnginesOwn || (given.TryGetValue(key, out var answer) && answer == meaning),
            Invariant.ResultsWereGiven,
            $"{key} has the result {meaning}, which nobody gave");
    }

    private static (int Visit, int Branch, int Attempt) Key(RunCommand report) => report switch
    {
        RunCommand.ReportSuccess e => (e.Visit, e.Branch, e.Attempt),
        RunCommand.ReportFailure e => (e.Visit, e.Branch, e.Attempt),
        _ => throw new System.Diagnostics.UnreachableException(report.GetType().Name),
    };

    private static string Meaning(RunCommand report) => report switch
    {
        RunCommand.ReportSuccess e => $"{e.Output}",
        RunCommand.ReportFailure e => e.Failure.Code,
        _ => throw new System.Diagnostics.UnreachableException(report.GetType().Name),
    };

    private static string Written(RunState state) => JsonSerializer.Serialize(state, RunJson.Default.RunState);
}
