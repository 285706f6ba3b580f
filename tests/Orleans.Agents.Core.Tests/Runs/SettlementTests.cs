using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;
using static Orleans.Agents.Core.Tests.Runs.Flow;
using static Orleans.Agents.Core.Tests.Runs.Scenario;

namespace Orleans.Agents.Core.Tests.Runs;

/// <summary>When a state that fans out is done, and how its branches end.</summary>
public sealed class SettlementTests
{
    private static readonly Settlement Any = new(1);
    private static readonly Settlement Collecting = new(Collects: true);

    [Fact]
    public void Any_takes_the_first_that_succeeds_and_waits_for_no_loser()
    {
        var run = Started(Parallel("ask", "then", Any, ("a", null), ("b", null), ("c", null)), Tool("then", "done"));
        run.Fail(0, Missing);
        Assert.Equal("ask", run.State.State);

        var events = run.Succeed(2, "7");

        Assert.Equal(["ActivitySucceeded", "StateLeft", "StateEntered"], events.Select(e => e.GetType().Name));
        Assert.Equal("then", run.State.State);
        Assert.Equal(2, run.Attempt.Activity.Visit);
        Assert.IsType<Decision.Ignored>(run.Tell(new RunCommand.ReportSuccess(1, 1, 1, Payload.Null)));
        Assert.IsType<Decision.Ignored>(run.Tell(new RunCommand.ReportFailure(1, 1, 1, Busy)));
    }

    [Fact]
    public void The_output_of_any_names_the_winner()
    {
        var run = Started(Parallel("ask", "done", Any, ("a", null), ("b", null)));
        run.Succeed(1, "7");

        Assert.Equal("""{"b":7}""", run.State.Output.ToString());
    }

    [Fact]
    public void Any_fails_when_all_have_failed_and_keeps_the_last_cause()
    {
        var run = Started(Parallel("ask", "done", Any, ("a", null), ("b", null)));
        run.Fail(0, Busy);
        run.Fail(1, Missing);

        Assert.Equal(FailureCode.Quorum, run.State.Failure!.Code);
        Assert.Equal("files.not_found", run.State.Failure.Cause!.Code);
        Assert.Equal("b", run.State.Failure.Cause.Origin!.Branch);
    }

    [Fact]
    public void A_quorum_is_settled_by_as_many_and_lost_when_too_few_can_succeed()
    {
        var won = Started(ForEach("vote", "done", "[1,2,3]", settlement: new Settlement(2)));
        won.Fail(0, Missing);
        won.Succeed(2, "3");
        won.Succeed(1, "2");
        Assert.Equal("[2,3]", won.State.Output.ToString());

        var lost = Started(ForEach("vote", "done", "[1,2,3]", settlement: new Settlement(2)));
        lost.Fail(0, Missing);
        lost.Fail(1, Missing);
        Assert.Equal(FailureCode.Quorum, lost.State.Failure!.Code);
    }

    [Fact]
    public void A_quorum_of_an_empty_list_cannot_be_reached() =>
        Assert.Equal(
            FailureCode.Quorum,
            Started(ForEach("vote", "done", "[]", settlement: Any)).State.Failure!.Code);

    [Fact]
    public void The_first_failure_fails_the_state_and_names_its_branch()
    {
        var run = Started(Parallel("check", "done", Settlement.All, ("facts", null), ("style", null)) with
        {
            Catch = [On("files.*", "refuse")],
        }, Fail("refuse", "no", "\"${{ error.branch }} in ${{ error.state }}\""));
        run.Fail(1, Missing);

        Assert.Equal("style in check", run.State.Failure!.Message);
    }

    [Fact]
    public void Where_failures_are_collected_they_are_results_like_others()
    {
        var run = Started(ForEach("work", "done", "[1,2]", settlement: Collecting));
        run.Fail(0, Missing);
        run.Succeed(1, "2");

        var output = run.State.Output.ToString();
        Assert.StartsWith("[{\"error\":{\"class\":\"permanent\",\"code\":\"files.not_found\"", output, StringComparison.Ordinal);
        Assert.EndsWith(",2]", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_branch_is_tried_again_by_its_own_rule_while_the_others_go_on()
    {
        var each = ForEach("work", "done", "[1,2]");
        var run = Started(each with { Do = each.Do with { Retry = Thrice } });
        run.Fail(0, Busy);
        Assert.Equal((2, run.Now.AddSeconds(1)), (run.Attempts[0].Number, run.Attempts[0].NotBefore));
        run.Succeed(1, "2");
        Assert.Equal("work", run.State.State);
        run.Succeed(0, "1");

        Assert.Equal("[1,2]", run.State.Output.ToString());
        Assert.Equal(3, run.State.ActivitiesUsed);
    }

    [Fact]
    public void The_whole_has_a_timeout_of_its_own()
    {
        var run = Started(Parallel("check", "done", Any, ("a", null), ("b", null)) with { Timeout = TimeSpan.FromMinutes(1) });
        Assert.Contains(run.Outstanding, w => w is RunWork.WakeAt wake && wake.DueAt == Noon.AddMinutes(1));
        run.Fail(0, Missing);
        run.After(TimeSpan.FromMinutes(1)).Wake();

        Assert.Equal(FailureCode.BranchesTimeout, run.State.Failure!.Code);
        Assert.Equal(FailureClass.Timeout, run.State.Failure.Class);
    }

    [Fact]
    public void Each_branch_has_a_timeout_of_its_own()
    {
        var each = ForEach("work", "done", "[1]");
        var run = Started(each with { Do = each.Do with { Timeout = TimeSpan.FromSeconds(9) } });

        Assert.Equal(TimeSpan.FromSeconds(9), run.Attempts[0].Timeout);
    }

    [Fact]
    public void A_loser_that_must_not_be_called_twice_is_not_forgotten()
    {
        var pay = new State.Parallel(
            [new Branch("a", Once("pay.a")), new Branch("b", Tool("pay.b"))], Any)
        { Name = "pay", Next = [To("then")] };
        var run = Started(pay, Tool("then", "done"));
        run.Accept(new RunCommand.Intend(1, 0, 1, new Epoch(4)));
        run.Succeed(1, "7");
        Assert.Equal(new UnsettledCall("pay", 1, 0, 1), Assert.Single(run.State.Unsettled!));

        var events = run.Accept(new RunCommand.ReportSuccess(1, 0, 1, Payload.Parse("8")));

        Assert.Equal(new RunEvent.LateResult(1, 0, 1, Payload.Parse("8")), Assert.Single(events));
        Assert.Equal("then", run.State.State);
        Assert.Null(run.State.Unsettled);
    }

    [Fact]
    public void A_run_that_ends_with_a_loser_under_way_waits_for_it()
    {
        var pay = new State.Parallel(
            [new Branch("a", Once("pay.a")), new Branch("b", Tool("pay.b"))], Any)
        { Name = "pay", Next = [To("done")] };
        var run = Started(pay);
        run.Accept(new RunCommand.Intend(1, 0, 1, new Epoch(4)));
        run.Succeed(1, "7");
        Assert.False(run.State.IsOver);
        run.Accept(new RunCommand.ReportFailure(1, 0, 1, Busy));

        Assert.Equal("""{"b":7}""", run.State.Output.ToString());
    }

    private static Scenario Started(State first, params State[] others) =>
        new Scenario(Of([first, .. others, End(output: "\"${{ context.out }}\"")]) with
        {
            Context = [Save("list", "[1,2]"), Save("out", "null")],
            States = Of([Saving(first), .. others, End(output: "\"${{ context.out }}\"")]).States,
        }).Start("""{"n":5}""");

    private static State Saving(State state) =>
        state with { Save = state.Save.IsEmpty ? [Save("out", "\"${{ output }}\"")] : state.Save };
}
