using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;
using static Orleans.Agents.Core.Tests.Runs.Flow;
using static Orleans.Agents.Core.Tests.Runs.Scenario;

namespace Orleans.Agents.Core.Tests.Runs;

/// <summary>Processes that end, one after the other, while they do a run's work, and those that only hand it over.</summary>
public sealed class CrashTests
{
    private long epoch = 1;

    [Fact]
    public void A_run_whose_processes_end_five_times_in_a_row_is_suspended_before_it_ends_a_sixth()
    {
        var run = new Scenario(Of(Tool("a", "b"), Tool("b", "done"), End())).Start().Succeed();
        for (var i = 1; i <= 4; i++)
        {
            Crash(run);
            Assert.Equal((i, null), (run.State.Crashes, run.State.Suspension));
            Assert.NotEmpty(run.Outstanding);
        }

        Crash(run.After(TimeSpan.FromSeconds(9)));

        Assert.Empty(run.Outstanding);
        Assert.Equal(RunStatus.Suspended, run.State.ShownStatus);
        var suspension = run.State.Suspension!;
        Assert.Equal((FailureCode.CrashLoop, run.Now), (suspension.Code, suspension.Since));
        Assert.Equal("5 processes in a row ended without a word while they were at state 'b', and nothing was recorded in between.", suspension.Reason);
        Assert.True(Parking.IsPossible(run.State, run.Now, out var due));
        Assert.Null(due);
    }

    [Fact]
    public void It_goes_on_when_it_is_resumed_and_the_count_begins_anew()
    {
        var run = new Scenario(Of(Tool("a", "done"), End())).Start();
        Crash(run, 5);

        run.Accept(new RunCommand.Resume());

        Assert.Null(run.State.Crashes);
        Assert.Equal(1, run.Attempt.Number);
        Crash(run, 4);
        Assert.Null(run.State.Suspension);
        Crash(run);
        Assert.NotNull(run.State.Suspension);
        run.Accept(new RunCommand.Resume());
        Assert.Equal(RunStatus.Succeeded, run.Succeed().State.Status);
    }

    [Fact]
    public void To_hand_a_run_over_is_no_crash_however_often()
    {
        var run = new Scenario(Of(Tool("a", "done"), End())).Start();
        for (var i = 0; i < 10; i++)
        {
            run.Accept(new RunCommand.TakeOver(new Epoch(++epoch)));
        }

        Assert.Equal((null, null), (run.State.Crashes, run.State.Suspension));
        Assert.DoesNotContain(run.History, fact => fact is RunEvent.TakenOver { AfterCrash: not null });
    }

    [Fact]
    public void What_is_recorded_in_between_begins_the_count_anew()
    {
        var run = new Scenario(Of(Tool("a", "b") with { Retry = Thrice }, Tool("b", "done"), End())).Start();
        Crash(run, 4);
        run.Fail(Busy).After(TimeSpan.FromMinutes(1));
        Assert.Null(run.State.Crashes);
        Crash(run, 4);
        run.Succeed();
        Crash(run, 4);

        Assert.Equal((4, null), (run.State.Crashes, run.State.Suspension));
    }

    [Fact]
    public void What_others_tell_it_meanwhile_is_no_progress()
    {
        var run = new Scenario(Of(Tool("a", "wait"), Await("wait", "go", "done"), End())).Start();
        for (var i = 0; i < 5; i++)
        {
            run.Accept(new RunCommand.Signal("go", $"{i}", Payload.Null));
            Crash(run);
        }

        Assert.Equal(FailureCode.CrashLoop, run.State.Suspension?.Code);
    }

    [Fact]
    public void A_run_that_only_waits_ends_no_process()
    {
        var child = new Scenario(Calling(Of(End()) with { Name = "child", Hash = "child-hash" }, Child("a", "done"), End())).Start();
        child.Accept(new RunCommand.StartChild(1, 0, 1));
        var signal = new Scenario(Of(Await("wait", "go", "done"), End())).Start();
        var moment = new Scenario(Of(Wait("rest", TimeSpan.FromHours(1), "done"), End())).Start();
        var pause = new Scenario(Of(Tool("a", "done") with { Retry = Thrice }, End())).Start().Fail(Busy);
        var decision = new Scenario(Of(Once("pay", "done"), End())).Start();
        decision.Accept(new RunCommand.Intend(1, 0, 1, new Epoch(1)));
        Crash(decision);
        var suspended = new Scenario(Of(Tool("a", "done"), End())).Start();
        suspended.Accept(new RunCommand.Suspend("by hand", IsAtRest: true));
        foreach (var run in new[] { child, signal, moment, pause, decision, suspended })
        {
            Crash(run, 10);
            Assert.NotEqual(FailureCode.CrashLoop, run.State.Suspension?.Code);
        }

        Assert.Equal("by hand", suspended.State.Suspension!.Reason);
    }

    [Fact]
    public void A_call_that_is_made_again_because_it_did_not_happen_is_no_progress()
    {
        var run = new Scenario(Of(Once("pay", "done", canReconcile: true), End())).Start();
        for (var i = 1; i <= 5; i++)
        {
            Assert.Null(run.State.Suspension);
            run.Accept(new RunCommand.Intend(1, 0, i, new Epoch(epoch)));
            Crash(run.After(TimeSpan.FromSeconds(1)));
            if (i < 5)
            {
                run.After(TimeSpan.FromSeconds(5)).Accept(new RunCommand.ReportReconciled(1, 0, i, new Reconciliation.DidNotHappen()));
            }
        }

        Assert.Equal(FailureCode.CrashLoop, run.State.Suspension?.Code);
        Assert.Empty(run.Outstanding); // it is not even asked what became of the last
        run.Accept(new RunCommand.Resume());
        Assert.IsType<RunWork.Reconcile>(Assert.Single(run.Outstanding));
    }

    [Fact]
    public void What_somebody_decided_begins_the_count_anew()
    {
        var run = new Scenario(Of(Once("pay", "done"), End())).Start();
        for (var i = 1; i <= 7; i++)
        {
            run.Accept(new RunCommand.Intend(1, 0, i, new Epoch(epoch)));
            Crash(run);
            run.Accept(new RunCommand.Decide(1, 0, i, new Verdict.Retry()));
        }

        Assert.Null(run.State.Suspension);
    }

    [Fact]
    public void A_fan_out_holds_back_all_of_its_branches()
    {
        var run = new Scenario(Of(Parallel("both", "done", Settlement.All, ("a", null), ("b", null)), End())).Start();
        Crash(run, 5);
        Assert.Empty(run.Outstanding);

        run.Accept(new RunCommand.Resume());

        Assert.Equal(2, run.Attempts.Count);
        Assert.Equal(2, run.State.ActivitiesUsed);
    }

    [Fact]
    public void A_run_that_is_ending_ends()
    {
        var run = new Scenario(Of(Once("pay", "done", canReconcile: true), End())).Start();
        run.Accept(new RunCommand.Intend(1, 0, 1, new Epoch(1)));
        run.Accept(new RunCommand.Cancel());
        Assert.NotNull(run.State.Ending);

        Crash(run);

        Assert.Equal(RunStatus.Failed, run.State.Status);
    }

    [Fact]
    public void A_fork_counts_for_itself()
    {
        var workflow = Of(Tool("a", "done"), End());
        var run = new Scenario(workflow).Start();
        Crash(run, 5);

        Assert.True(Checkpoint.TryMake(workflow, run.State, new ForkAsked(new RunId("run-2"), Guid.Empty, default), run.Now, out var made, out _));

        Assert.Equal((null, null), (made.Crashes, made.Suspension));
    }

    private void Crash(Scenario run, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            run.Accept(new RunCommand.TakeOver(new Epoch(++epoch), AfterCrash: true));
        }
    }
}
