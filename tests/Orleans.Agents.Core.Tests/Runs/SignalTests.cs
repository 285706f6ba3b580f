using System.Collections.Immutable;
using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Schemas;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;
using static Orleans.Agents.Core.Tests.Runs.Flow;
using static Orleans.Agents.Core.Tests.Runs.Scenario;

namespace Orleans.Agents.Core.Tests.Runs;

/// <summary>A run that waits for what somebody outside tells it.</summary>
public sealed class SignalTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public void A_state_waits_for_a_signal_and_its_output_is_what_was_told()
    {
        var run = new Scenario(Of(Await("approve", "approval", "done") with { Save = Saves }, Ends)).Start();
        Assert.Equal(new AwaitedSignal("approval", Noon), run.State.Awaited);
        Assert.Empty(run.Outstanding);

        var events = run.Accept(Told("approval", "1", """{"yes":1.50}"""));

        Assert.Equal(new RunEvent.SignalReceived("approval", "1", Payload.Parse("""{"yes":1.50}""")), events[0]);
        Assert.Equal(new RunEvent.SignalTaken(1, "approval", "1"), events[1]);
        Assert.Equal("""{"yes":1.50}""", run.State.Output.ToString());
        Assert.Null(run.State.Awaited);
    }

    [Fact]
    public void What_is_told_chooses_the_way_on()
    {
        var ask = Await("approve", "approval") with { Next = [To("done", "output.yes"), To("refused")] };
        var run = new Scenario(Of(ask, End(), Fail("refused", "refused", "\"no\""))).Start();

        run.Accept(Told("approval", "1", """{"yes":false}"""));

        Assert.Equal("refused", run.State.Failure!.Code);
    }

    [Fact]
    public void A_signal_that_comes_early_is_kept_until_a_state_waits_for_it()
    {
        var run = new Scenario(Of(Tool("work", "approve"), Await("approve", "approval", "done") with { Save = Saves }, Ends)).Start();

        Assert.Equal(
            new RunEvent.SignalReceived("approval", "1", Payload.Parse("7")), Assert.Single(run.Accept(Told("approval", "1", "7"))));
        Assert.Equal(new EarlySignal("approval", "1", Noon, Payload.Parse("7")), Assert.Single(run.State.Signals!));
        run.Succeed();

        Assert.Equal("7", run.State.Output.ToString());
        Assert.Contains(new RunEvent.SignalTaken(2, "approval", "1"), run.History);
    }

    [Fact]
    public void Signals_of_one_name_are_taken_in_the_order_in_which_they_came()
    {
        var run = new Scenario(Of(Tool("work", "first"), Await("first", "news", "second") with { Save = [Save("a", Output)] },
            Await("second", "news", "done") with { Save = [Save("b", Output)] }, End(output: "[\"${{ context.a }}\",\"${{ context.b }}\"]"))).Start();

        run.Accept(Told("news", "x", "1"));
        run.Accept(Told("news", "y", "2"));
        run.Succeed();

        Assert.Equal("[1,2]", run.State.Output.ToString());
    }

    [Fact]
    public void A_signal_of_another_name_is_kept_and_leaves_the_state_waiting()
    {
        var run = new Scenario(Of(Await("first", "a", "second"), Await("second", "b", "done"), End())).Start();

        run.Accept(Told("b", "1"));
        Assert.Equal("first", run.State.State);
        run.Accept(Told("a", "2"));

        Assert.Equal(RunStatus.Succeeded, run.State.Status);
    }

    [Fact]
    public void A_signal_that_is_kept_is_not_kept_twice()
    {
        var run = new Scenario(Of(Tool("work", "approve"), Await("approve", "approval", "done"), End())).Start();
        run.Accept(Told("approval", "1"));

        Assert.IsType<Decision.Ignored>(run.Tell(Told("approval", "1")));
        Assert.Single(run.State.Signals!);
    }

    [Fact]
    public void A_wait_that_takes_too_long_fails_with_a_timeout_that_can_be_caught()
    {
        var ask = Await("approve", "approval", "done") with { Timeout = Hour, Catch = [On("timeout", "late", Save("code", "\"${{ error.code }}\""))] };
        var run = new Scenario(Of(ask, End(), End("late", "\"${{ context.code }}\""))).Start();
        Assert.Equal(new RunWork.WakeAt(Noon + Hour), Assert.Single(run.Outstanding));

        run.After(Hour).Wake();

        Assert.Equal("\"signal.timeout\"", run.State.Output.ToString());
    }

    [Fact]
    public void A_wait_that_takes_too_long_and_is_caught_by_nobody_fails_the_run()
    {
        var run = new Scenario(Of(Await("approve", "approval", "done") with { Timeout = Hour }, End())).Start();

        run.After(Hour).Wake();

        var failure = run.State.Failure!;
        Assert.Equal((FailureClass.Timeout, FailureCode.SignalTimeout, "approve"), (failure.Class, failure.Code, failure.Origin!.State));
        Assert.Equal("Signal 'approval' was to come by 2030-01-01T13:00:00.0000000+00:00.", failure.Message);
    }

    [Fact]
    public void Of_a_signal_and_the_end_of_its_wait_the_one_that_is_decided_first_counts()
    {
        var ask = Await("approve", "approval", "done") with { Timeout = Hour, Catch = [On("timeout", "late")] };
        var workflow = Of(ask, End(), Await("late", "approval", "done"));

        var inTime = new Scenario(workflow).Start().After(Hour * 2);
        inTime.Accept(Told("approval", "1"));
        Assert.DoesNotContain(inTime.History, e => e is RunEvent.StateLeft { Failure: not null });
        Assert.IsType<Decision.Ignored>(inTime.Tell(new RunCommand.Wake()));

        var late = new Scenario(workflow).Start().After(Hour).Wake();
        Assert.Equal("late", late.State.State);
        late.Accept(Told("approval", "1"));
        Assert.Equal(RunStatus.Succeeded, late.State.Status);
    }

    [Fact]
    public void A_signal_that_comes_after_the_end_of_its_wait_is_kept_for_the_next_that_waits_for_its_name()
    {
        var ask = Await("approve", "approval", "done") with { Timeout = Hour, Catch = [On("timeout", "work")] };
        var run = new Scenario(Of(ask, Tool("work", "again"), Await("again", "approval", "done") with { Save = Saves }, Ends)).Start();
        run.After(Hour).Wake();

        run.Accept(Told("approval", "1", "7"));
        run.Succeed();

        Assert.Equal("7", run.State.Output.ToString());
    }

    [Fact]
    public void What_does_not_fit_is_recorded_and_changes_nothing_when_nobody_is_there_to_be_told()
    {
        var run = new Scenario(Of(Await("approve", "approval", "done") with { OutputSchema = Number }, End())).Start();

        Assert.Equal(FailureCode.SignalInvalid, Refused(run, Told("approval", "1", "\"seven\"")).Code);
        Assert.Equal(FailureCode.SignalUnknown, Refused(run, Told("aproval", "2", "7")).Code);
        Assert.IsType<Decision.Rejected>(
            run.Tell(new RunCommand.Signal("approval", "3", Payload.FromText(new string('x', RunLimits.PayloadBytes - 1)))));

        Assert.Equal("approval", run.State.Awaited!.Signal);
        Assert.Null(run.State.Signals);
        run.Accept(Told("approval", "4", "7"));
        Assert.Equal(RunStatus.Succeeded, run.State.Status);
    }

    [Fact]
    public void What_nobody_waits_for_is_answered_with_what_the_workflow_waits_for()
    {
        var workflow = Of(Await("a", "second", "b"), Await("b", "first", "done"), End());

        Assert.Equal(
            "Workflow 'test' does not wait for a signal 'secnd'. It waits for: first, second.",
            SignalRules.Objection(workflow, new Scenario(workflow).Start().State, "secnd", Payload.Null)!.Message);
        Assert.EndsWith(
            "It waits for no signal at all.",
            SignalRules.Objection(Of(End()), RunState.Initial, "a", Payload.Null)!.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_keeps_so_many_early_signals_and_no_more()
    {
        var run = new Scenario(Of(Tool("work", "a"), Await("a", "news", "done"), Await("b", "other", "done"), End())).Start();
        for (var i = 0; i < RunLimits.EarlySignals; i++)
        {
            run.Accept(Told("news", $"{i}"));
        }

        Assert.Equal(FailureCode.SignalsFull, Refused(run, Told("news", "more")).Code);
        Assert.Equal(RunLimits.EarlySignals, run.State.Signals!.Count);

        // What is waited for at the moment needs no room.
        var waiting = run.State with { Awaited = new AwaitedSignal("other", Noon) };
        Assert.Null(SignalRules.Objection(Of(Await("b", "other", "b")), waiting, "other", Payload.Null));
    }

    [Fact]
    public void Early_signals_are_bounded_by_their_bytes_too()
    {
        var run = new Scenario(Of(Tool("work", "a"), Await("a", "news", "done"), End())).Start();
        var large = Payload.FromText(new string('x', RunLimits.PayloadBytes - 2));
        for (var i = 0; i < 4; i++)
        {
            run.Accept(new RunCommand.Signal("news", $"{i}", large));
        }

        Assert.Equal(FailureCode.SignalsFull, Refused(run, Told("news", "more")).Code);
    }

    [Fact]
    public void A_run_that_waits_for_a_signal_can_be_put_down_with_or_without_a_time_to_wake()
    {
        var forEver = new Scenario(Of(Await("approve", "approval", "done"), End())).Start();
        var forAnHour = new Scenario(Of(Await("approve", "approval", "done") with { Timeout = Hour }, End())).Start();

        Assert.True(Parking.IsPossible(forEver.State, Noon, out var never));
        Assert.Null(never);
        Assert.Equal(Noon + Hour, ParkedUntil(forAnHour.State, Noon));
        Assert.False(Parking.IsPossible(forAnHour.State, Noon + Hour, out _));
    }

    [Fact]
    public void A_takeover_leaves_a_wait_as_it_is()
    {
        var run = new Scenario(Of(Tool("work", "approve"), Await("approve", "approval", "done") with { Timeout = Hour }, End())).Start();
        run.Accept(Told("other-no", "0"));
        run.Succeed();
        var before = run.State.Awaited;

        run.After(TimeSpan.FromMinutes(1)).Accept(new RunCommand.TakeOver(new Epoch(9)));

        Assert.Equal(before, run.State.Awaited);
        Assert.Equal(new RunWork.WakeAt(Noon + Hour), Assert.Single(run.Outstanding));
    }

    [Fact]
    public void A_run_that_is_over_or_ending_keeps_no_signals_and_takes_none()
    {
        var run = new Scenario(Of(Tool("work", "approve"), Await("approve", "approval", "done"), End())).Start();
        run.Accept(Told("approval", "1"));

        run.Accept(new RunCommand.Cancel());

        Assert.Null(run.State.Signals);
        Assert.IsType<Decision.Ignored>(run.Tell(Told("approval", "2")));
    }

    [Fact]
    public void A_cycle_takes_a_signal_at_each_of_its_visits()
    {
        var ask = Await("ask", "more", "") with { Next = [To("ask", "output"), To("done")] };
        var run = new Scenario(Of(ask, End())).Start();

        run.Accept(Told("more", "1", "true"));
        run.Accept(Told("more", "2", "true"));
        Assert.Equal(3, run.State.Visit);
        run.Accept(Told("more", "3", "false"));

        Assert.Equal(RunStatus.Succeeded, run.State.Status);
    }

    [Fact]
    public void A_forked_run_waits_for_as_long_as_was_left_and_has_the_signals_that_were_kept()
    {
        var workflow = Of(Await("approve", "approval", "news") with { Timeout = Hour }, Await("news", "news", "done") with { Save = Saves }, Ends);
        var run = new Scenario(workflow).Start().After(TimeSpan.FromMinutes(20));
        run.Accept(Told("news", "1", "7"));

        Assert.True(Checkpoint.TryMake(
            workflow, run.State, new ForkAsked(new RunId("run-2"), Guid.Empty, new Epoch(3)), Noon + (5 * Hour), out var state, out _));
        var fork = new Scenario(workflow) { Now = Noon + (5 * Hour) };
        fork.Accept(new RunCommand.Fork(state));

        Assert.Equal(new RunWork.WakeAt(Noon + (5 * Hour) + TimeSpan.FromMinutes(40)), Assert.Single(fork.Outstanding));
        Assert.Equal(Hour, fork.State.WakeAt - fork.State.Awaited!.Since);
        fork.Accept(Told("approval", "2"));
        Assert.Equal("7", fork.State.Output.ToString());
    }

    [Fact]
    public void Whatever_comes_in_whatever_order_each_signal_is_taken_once_and_in_turn()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var workflow = Of(
                Tool("work", "ask"),
                Await("ask", "news", "") with
                {
                    Timeout = TimeSpan.FromMinutes(5),
                    Next = [To("work", "run.visit < 20"), To("done")],
                    Catch = [On("timeout", "work")],
                },
                End());
            var run = new Scenario(workflow).Start();
            for (var step = 0; step < 200 && !run.State.IsOver; step++)
            {
                run.Now += TimeSpan.FromSeconds(random.Next(100));
                run.Tell(random.Next(4) switch
                {
                    0 => new RunCommand.Wake(),
                    1 => new RunCommand.TakeOver(new Epoch(run.State.Epoch + 1)),
                    2 => Told("news", $"{step}"),
                    _ => new RunCommand.ReportSuccess(run.State.Visit, 0, 1, Payload.Null),
                });
                run = random.Next(5) == 0 ? run.Reopened(workflow) : run;
            }

            var received = run.History.OfType<RunEvent.SignalReceived>().Select(e => e.Id).ToList();
            var taken = run.History.OfType<RunEvent.SignalTaken>().Select(e => e.Id).ToList();
            Assert.Equal(received.Take(taken.Count), taken);
            Assert.Equal(
                run.State.IsOver ? [] : received.Skip(taken.Count),
                (run.State.Signals ?? ImmutableList<EarlySignal>.Empty).Select(s => s.Id));
        }
    }

    private const string Output = "\"${{ output }}\"";

    private static ImmutableArray<Assignment> Saves => [Save("told", Output)];

    private static State.End Ends => End(output: "\"${{ context.told }}\"");

    private static Schema Number =>
        Schema.TryCompile(Payload.Parse("""{"type":"number"}"""), SchemaRegistry.Empty, out var schema, out _)
            ? schema
            : throw new FormatException();

    private static RunCommand.Signal Told(string name, string id, string payload = "null") => new(name, id, Payload.Parse(payload));

    private static Failure Refused(Scenario run, RunCommand.Signal signal) =>
        Assert.IsType<RunEvent.SignalRefused>(Assert.Single(run.Accept(signal))).Failure;
}
