using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;
using static Orleans.Agents.Core.Tests.Runs.Flow;
using static Orleans.Agents.Core.Tests.Runs.Scenario;

namespace Orleans.Agents.Core.Tests.Runs;

/// <summary>What a suspended run waits for: moments, signals, its children, and what a fork of it makes of that.</summary>
public sealed class SuspendedWaitTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly RunCommand.Suspend Stop = new("prices are wrong");
    private static readonly RunCommand.Resume Go = new();
    private static readonly Workflow Other = Of(Tool("work", "done"), End()) with { Name = "child", Hash = "child-hash" };

    [Fact]
    public void A_moment_that_passes_meanwhile_comes_when_the_run_is_resumed()
    {
        var run = new Scenario(Of(Wait("rest", Hour, "done"), End())).Start();
        run.Accept(Stop);
        Assert.Empty(run.Outstanding);
        Assert.IsType<Decision.Ignored>(run.After(Hour).Tell(new RunCommand.Wake()));

        run.After(Hour).Accept(Go);
        Assert.Equal(new RunWork.WakeAt(Noon + Hour), Assert.Single(run.Outstanding));
        run.Wake();

        Assert.Equal(RunStatus.Succeeded, run.State.Status);
    }

    [Fact]
    public void A_deadline_that_passes_meanwhile_comes_when_the_run_is_resumed()
    {
        var run = new Scenario(Of(Tool("a", "b"), Tool("b", "done"), End()) with { Deadline = Hour / 2 }).Start();
        run.Accept(Stop);
        run.After(Hour / 2).Succeed();
        Assert.Equal("b", run.State.State);

        run.Accept(Go);

        Assert.Equal(FailureCode.Deadline, run.State.Failure!.Code);
    }

    [Fact]
    public void A_signal_is_kept_and_taken_when_the_run_is_resumed()
    {
        var ask = Await("approve", "approval", "done") with { Timeout = Hour, Save = [Save("x", "\"${{ output }}\"")] };
        var run = new Scenario(Of(ask, End(output: "\"${{ context.x }}\""))).Start();
        run.Accept(Stop);

        Assert.Single(run.Accept(new RunCommand.Signal("approval", "1", Payload.Parse("1"))));
        Assert.Single(run.Accept(new RunCommand.Signal("approval", "2", Payload.Parse("2"))));
        Assert.Equal("approve", run.State.State);
        var events = run.After(Hour).After(Hour).Accept(Go);

        Assert.Equal(new RunEvent.SignalTaken(1, "approval", "1"), events[1]);
        Assert.Equal("1", run.State.Output.ToString());
    }

    [Fact]
    public void A_signal_that_came_after_the_end_of_its_wait_came_too_late()
    {
        var ask = Await("approve", "approval", "done") with { Timeout = Hour };
        var run = new Scenario(Of(ask, End())).Start();
        run.Accept(Stop);
        run.After(Hour).Accept(new RunCommand.Signal("approval", "1", Payload.Null));

        Assert.Equal(new RunEvent.Resumed(), Assert.Single(run.Accept(Go)));
        run.Wake();

        Assert.Equal(FailureCode.SignalTimeout, run.State.Failure!.Code);
    }

    /// <summary>Found by the simulation of the engine, seed 327.</summary>
    [Fact]
    public void A_signal_does_not_overtake_one_that_came_too_late()
    {
        var ask = Await("ask", "news", "done") with { Timeout = Hour, Catch = [On("timeout", "again")] };
        var again = Await("again", "news", "done") with { Save = [Save("x", "\"${{ output }}\"")] };
        var run = new Scenario(Of(ask, again, End(output: "\"${{ context.x }}\""))).Start();
        run.Accept(Stop);
        run.After(Hour).Accept(new RunCommand.Signal("news", "0", Payload.Parse("0")));
        run.Accept(Go);

        Assert.Single(run.Accept(new RunCommand.Signal("news", "1", Payload.Parse("1"))));
        run.Wake();

        Assert.Equal("0", run.State.Output.ToString());
    }

    [Fact]
    public void A_state_that_is_entered_meanwhile_takes_no_early_signal()
    {
        var run = new Scenario(Of(Tool("a", "approve"), Await("approve", "approval", "done"), End())).Start();
        run.Accept(new RunCommand.Signal("approval", "1", Payload.Null));
        run.Accept(Stop);
        run.Succeed();
        Assert.Equal("approve", run.State.State);

        run.Accept(Go);

        Assert.Equal(RunStatus.Succeeded, run.State.Status);
    }

    [Fact]
    public void A_signal_that_a_suspended_run_waits_for_is_kept_although_it_keeps_as_many_as_it_may()
    {
        var workflow = Of(Await("first", "a", "second"), Await("second", "b", "done"), End());
        var run = new Scenario(workflow).Start();
        run.Accept(Stop);
        for (var i = 0; i < RunLimits.EarlySignals; i++)
        {
            run.Accept(new RunCommand.Signal("b", $"{i}", Payload.Null));
        }

        Assert.Null(SignalRules.Objection(workflow, run.State, "a", Payload.Null));
        run.Accept(new RunCommand.Signal("a", "x", Payload.Null));
        Assert.Equal(FailureCode.SignalsFull, SignalRules.Objection(workflow, run.State, "a", Payload.Null)!.Code);
    }

    [Fact]
    public void No_child_run_begins_and_those_that_are_waited_for_are_known_by_their_names()
    {
        var run = new Scenario(Calling(Other, Child("ask", "again"), Child("again", "done"), End())).Start();
        var suspended = Assert.IsType<RunEvent.Suspended>(Assert.Single(run.Accept(Stop)));
        Assert.Equal([0], suspended.Held!.Value.AsEnumerable());
        Assert.Empty(run.Outstanding);
        Assert.IsType<Decision.Ignored>(run.Tell(new RunCommand.StartChild(1, 0, 1)));
        run.Accept(Go);
        Assert.IsType<RunWork.StartChild>(Assert.Single(run.Outstanding));
        run.Accept(new RunCommand.StartChild(1, 0, 1));

        run.Accept(Stop);
        run.Accept(new RunCommand.ReportChild(1, 0, 1, Payload.Null));

        Assert.Equal("again", run.State.State);
        Assert.Empty(run.Outstanding);
    }

    [Fact]
    public void A_child_that_was_suspended_for_itself_stays_so_when_its_parent_goes_on()
    {
        var along = new RunCommand.Suspend("run-0 is suspended", IsByParent: true);
        var child = new Scenario(Of(Tool("a", "done"), End())).Start();
        child.Accept(along);
        Assert.True(child.State.Suspension!.IsByParent);
        Assert.IsType<Decision.Ignored>(child.Tell(along));
        child.Accept(Stop);
        Assert.Equal(new Suspension(Noon, "prices are wrong"), child.State.Suspension);

        Assert.Equal(new Decision.Ignored("The run is suspended for itself."), child.Tell(new RunCommand.Resume(IsByParent: true)));
        child.Accept(Go);
        child.Accept(along);
        child.Accept(new RunCommand.Resume(IsByParent: true));

        Assert.Null(child.State.Suspension);
    }

    [Fact]
    public void A_run_that_is_forked_from_a_suspended_one_goes_on()
    {
        var workflow = Of(Tool("a", "b"), Tool("b", "approve"), Await("approve", "approval", "done"), End());
        var run = new Scenario(workflow).Start();
        run.Accept(Stop);
        run.Accept(new RunCommand.Signal("approval", "1", Payload.Null));
        run.Succeed();

        Assert.True(Checkpoint.TryMake(
            workflow, run.State, new ForkAsked(new RunId("run-2"), Guid.Empty, new Epoch(9)), Noon + Hour, out var checkpoint, out _));
        var fork = new Scenario(workflow) { Now = Noon + Hour };
        fork.Accept(new RunCommand.Fork(checkpoint));

        Assert.Equal("b", fork.Attempt.State);
        fork.Succeed();
        Assert.Equal(RunStatus.Succeeded, fork.State.Status);
    }

    [Fact]
    public void A_run_that_is_forked_from_one_that_kept_what_it_waited_for_takes_it()
    {
        var workflow = Of(Await("approve", "approval", "done"), End());
        var run = new Scenario(workflow).Start();
        run.Accept(Stop);
        run.Accept(new RunCommand.Signal("approval", "1", Payload.Null));

        Assert.True(Checkpoint.TryMake(
            workflow, run.State, new ForkAsked(new RunId("run-2"), Guid.Empty, new Epoch(9)), Noon, out var checkpoint, out _));
        var fork = new Scenario(workflow);
        fork.Accept(new RunCommand.Fork(checkpoint));

        Assert.Equal(RunStatus.Succeeded, fork.State.Status);
    }
}
