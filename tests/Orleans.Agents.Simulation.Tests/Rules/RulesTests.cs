using Orleans.Agents.Runs;
using Orleans.Agents.Simulation.Tests.Workflows;
using Xunit.Abstractions;

namespace Orleans.Agents.Simulation.Tests.Rules;

/// <summary>Ring 1: the rules of a run under everything a store, a process and a clock may do to it.</summary>
public sealed class RulesTests(ITestOutputHelper output)
{
    private const int EveryBuild = 4_000;

    private const string Simple = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: plot }
        spec: { start: s0, states: { s0: { tool: sim.work, next: done }, done: { end: 1 } } }
        """;

    [Fact]
    public void The_rules_keep_every_promise_whatever_goes_wrong() =>
        Seeds.Play(output, EveryBuild, static (seed, keepsTrace) => RulesWorld.Play(seed, Run.Decide, keepsTrace));

    [Fact]
    public void A_seed_names_one_execution() => Assert.All(
        Enumerable.Range(0, 50),
        seed => Assert.Equal(RulesWorld.Play(seed, Run.Decide, true).Trace, RulesWorld.Play(seed, Run.Decide, true).Trace));

    [Fact]
    public void It_is_noticed_when_answers_of_old_attempts_are_believed() =>
        AssertFound(Invariant.ResultsWereGiven, static (workflow, state, command, now) => Run.Decide(
            workflow,
            state,
            command is RunCommand.ReportFailure old && state.Open.TryGetValue(old.Branch, out var open) && old.Visit == state.Visit
                ? old with { Attempt = open.Attempt }
                : command,
            now));

    [Fact]
    public void It_is_noticed_when_a_run_goes_on_after_its_end() =>
        AssertFound(Invariant.EndsOnce, static (workflow, state, command, now) =>
            Run.Decide(workflow, state, command, now) is Decision.Accepted { Next.IsOver: true } end
                ? Again(end, new RunEvent.TakenOver(state.Epoch + 1))
                : Run.Decide(workflow, state, command, now));

    [Fact]
    public void It_is_noticed_when_a_wait_has_no_end() =>
        AssertFound(Invariant.NothingSleeps, static (workflow, state, command, now) =>
            Run.Decide(workflow, state, command, now) is Decision.Accepted { Next.WakeAt: not null } waits
                ? Again(waits with { Events = waits.Events[..^1], Next = Run.Evolve(state, waits.Events[..^1], waits.At) },
                    (waits.Events[^1] as RunEvent.StateEntered)! with { WakeAt = null })
                : Run.Decide(workflow, state, command, now));

    [Fact]
    public void It_is_noticed_when_the_budget_is_not_asked() =>
        AssertFound(Invariant.WithinBudget, static (workflow, state, command, now) => Run.Decide(
            workflow,
            state with { ActivitiesUsed = 0 },
            command,
            now) is Decision.Accepted { Events: var events, At: var at } accepted && state.Status != RunStatus.New
                ? accepted with { Next = Run.Evolve(state, events, at) }
                : Run.Decide(workflow, state, command, now));

    [Fact]
    public void It_is_noticed_when_a_clock_that_runs_behind_is_believed() =>
        AssertFound(Invariant.TimeNeverRunsBack, static (workflow, state, command, now) =>
            Run.Decide(workflow, state, command, now) is Decision.Accepted accepted && now < accepted.At
                ? accepted with { At = now, Next = Run.Evolve(state, accepted.Events, now) }
                : Run.Decide(workflow, state, command, now));

    [Fact]
    public void It_is_noticed_when_a_signal_that_comes_early_is_dropped() =>
        AssertFound(Invariant.SignalsComeOnce, static (workflow, state, command, now) =>
            command is RunCommand.Signal { Name: var name } && state.Awaited?.Signal != name
                ? new Decision.Ignored("Nobody waits for it.")
                : Run.Decide(workflow, state, command, now));

    [Fact]
    public void It_is_noticed_when_a_signal_is_taken_and_kept() =>
        AssertFound(Invariant.SignalsComeOnce, static (workflow, state, command, now) =>
            Run.Decide(workflow, state, command, now) is Decision.Accepted accepted && accepted.Next.Awaited is not null && accepted.Next.Signals is null
                && accepted.Events.OfType<RunEvent.SignalReceived>().FirstOrDefault() is { } again
                ? Again(accepted, again)
                : Run.Decide(workflow, state, command, now));

    [Fact]
    public void It_is_noticed_when_what_was_kept_for_a_suspended_run_is_passed_over() =>
        AssertFound(Invariant.SignalsComeOnce, static (workflow, state, command, now) =>
            Run.Decide(workflow, state, command, now) is Decision.Accepted { Events: [RunEvent.Resumed first, RunEvent.SignalTaken, ..], At: var at }
                ? new Decision.Accepted(at, [first], Run.Evolve(state, first, at))
                : Run.Decide(workflow, state, command, now));

    [Fact]
    public void It_is_noticed_when_a_run_is_suspended_for_ever() =>
        AssertFound(Invariant.EveryRunEnds, static (workflow, state, command, now) =>
            command is RunCommand.Resume ? new Decision.Ignored("It stays.") : Run.Decide(workflow, state, command, now));

    [Fact]
    public void It_is_noticed_when_a_suspended_run_begins_what_it_does_not_ask_for()
    {
        var workflow = Plot.Load(Simple).Workflow;
        var watch = new RunWatch(workflow);
        var state = RunState.Initial;
        foreach (var command in (RunCommand[])
            [new RunCommand.Start(new RunId("run-1"), Guid.Empty, Values.Payload.EmptyObject), new RunCommand.Suspend(IsAtRest: true)])
        {
            var accepted = (Decision.Accepted)Run.Decide(workflow, state, command, Undisturbed.Noon);
            watch.Stored(accepted.Next.Version, accepted.At, new Epoch(1), accepted.Events);
            state = accepted.Next;
        }

        Assert.Empty(Run.Outstanding(workflow, state));
        var broken = Assert.Throws<BrokenInvariantException>(
            () => watch.Began(1, new Epoch(1), knowsAll: true, new ActivityId(new RunId("run-1"), 1, 0), 1));
        Assert.Equal(Invariant.SuspendedBeginsNothing, broken.Invariant);
    }

    [Fact]
    public void It_is_noticed_when_a_takeover_names_only_the_process() =>
        AssertFound(Invariant.EpochsNeverDecrease, static (workflow, state, command, now) =>
            command is RunCommand.TakeOver { Epoch: var epoch }
                ? Run.Decide(workflow, state with { Epoch = 0 }, command, now) is Decision.Accepted accepted
                    ? accepted with { Next = Run.Evolve(state, [new RunEvent.TakenOver(epoch.Value)], accepted.At), Events = [new RunEvent.TakenOver(epoch.Value)] }
                    : Run.Decide(workflow, state, command, now)
                : Run.Decide(workflow, state, command, now));

    [Fact]
    public void It_is_noticed_when_processes_end_over_a_run_again_and_again()
    {
        var workflow = Plot.Load(Simple).Workflow;
        var watch = new RunWatch(workflow);
        var state = RunState.Initial;
        RunCommand command = new RunCommand.Start(new RunId("run-1"), Guid.Empty, Values.Payload.EmptyObject);
        for (var process = 1; process <= RunLimits.Crashes; process++)
        {
            Store(new Epoch(process));
            watch.Began(process, state.Open.IsEmpty ? default : new Epoch(state.Epoch), knowsAll: true, new ActivityId(new RunId("run-1"), 1, 0), 1);
            watch.Finished(process, new ActivityId(new RunId("run-1"), 1, 0), 1);
            command = new RunCommand.TakeOver(new Epoch(process + 1), AfterCrash: true);
            state = state with { Crashes = null }; // it forgets
        }

        Store(new Epoch(RunLimits.Crashes + 1));
        var broken = Assert.Throws<BrokenInvariantException>(
            () => watch.Began(9, new Epoch(state.Epoch), knowsAll: true, new ActivityId(new RunId("run-1"), 1, 0), 1));
        Assert.Equal(Invariant.CrashLoopsPark, broken.Invariant);

        void Store(Epoch epoch)
        {
            var accepted = (Decision.Accepted)Run.Decide(workflow, state, command, Undisturbed.Noon);
            watch.Stored(accepted.Next.Version, accepted.At, epoch, accepted.Events);
            state = accepted.Next;
        }
    }

    [Fact]
    public void It_is_noticed_when_a_lost_attempt_is_not_charged() =>
        AssertFound(Invariant.BooksBalance, static (workflow, state, command, now) => Run.Decide(
            workflow, state, command is RunCommand.TakeOver taken ? taken with { WasPutDown = true } : command, now));

    [Fact]
    public void It_is_noticed_when_nothing_is_set_aside_before_a_call() =>
        AssertFound(Invariant.WithinBudget, static (workflow, state, command, now) =>
            Run.Decide(workflow, Rich(state), command, now) is Decision.Accepted { Events: var events, At: var at } accepted
            && state.Status != RunStatus.New
                ? accepted with { Next = Run.Evolve(state, events, at) }
                : Run.Decide(workflow, state, command, now));

    [Fact]
    public void It_is_noticed_when_a_takeover_enters_the_state_anew() =>
        AssertFound(Invariant.FaultsChangeNothing, static (workflow, state, command, now) =>
            Run.Decide(workflow, state, command, now) is not Decision.Accepted accepted || command is not RunCommand.TakeOver
            || state.Bounds!.Activities < 100
                ? Run.Decide(workflow, state, command, now)
                : Again(
                    accepted,
                    new RunEvent.StateLeft(state.State, state.Visit),
                    new RunEvent.StateEntered(
                        state.State,
                        state.Visit + 1,
                        state.Visits[state.State],
                        state.MaxVisits,
                        !state.Open.IsEmpty,
                        state.WakeAt)));

    private static RunState Rich(RunState state) => state.Bounds is null ? state : state with
    {
        Bounds = state.Bounds with { Tokens = long.MaxValue, MicroUsd = long.MaxValue },
    };

    private static Decision.Accepted Again(Decision.Accepted accepted, params RunEvent[] more) => accepted with
    {
        Events = accepted.Events.AddRange(more),
        Next = Run.Evolve(accepted.Next, [.. more], accepted.At),
    };

    private static void AssertFound(string invariant, Decide planted) =>
        Assert.Equal(invariant, Seeds.FirstBroken(2_000, seed => RulesWorld.Play(seed, planted, false)).Invariant);
}
