using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;
using static Orleans.Agents.Core.Tests.Runs.Flow;
using static Orleans.Agents.Core.Tests.Runs.Scenario;

namespace Orleans.Agents.Core.Tests.Runs;

/// <summary>Calls with effect <c>once</c>: announced, never repeated on a guess, decided when nobody knows.</summary>
public sealed class OnceTests
{
    private static readonly Failure Lost = new(
        FailureClass.UnknownOutcome,
        FailureCode.UnknownOutcome,
        "lost",
        Cause: new Failure(FailureClass.Timeout, FailureCode.ActivityTimeout, "too long"));
    private static readonly RunCommand.Intend Intent = new(1, 0, 1, new Epoch(4));
    private static readonly RunCommand.ReportFailure IsLost = new(1, 0, 1, Lost);

    [Fact]
    public void The_intent_to_call_is_a_fact_with_attempt_and_epoch()
    {
        var run = Started(Once("pay", "done"));

        Assert.Equal(new RunEvent.ActivityIntended(1, 0, 1, 4), Assert.Single(run.Accept(Intent)));
        Assert.Equal(new OnceCall(4), run.State.Open[0].Call);
        Assert.Equal(1, run.Attempt.Number);
    }

    [Fact]
    public void A_call_is_announced_once()
    {
        var run = Started(Once("pay", "done"));
        run.Accept(Intent);

        Assert.IsType<Decision.Ignored>(run.Tell(Intent));
        Assert.IsType<Decision.Ignored>(run.Tell(Intent with { Epoch = new Epoch(5) }));
    }

    [Fact]
    public void An_attempt_that_does_not_count_cannot_be_announced()
    {
        var run = Started(Once("pay", "done"));

        Assert.IsType<Decision.Ignored>(run.Tell(Intent with { Attempt = 2 }));
        Assert.IsType<Decision.Ignored>(run.Tell(Intent with { Visit = 2 }));
        Assert.IsType<Decision.Ignored>(run.Tell(Intent with { Branch = 1 }));
    }

    [Fact]
    public void A_tool_that_may_be_called_again_needs_no_intent() =>
        Assert.IsType<Decision.Rejected>(Started(Tool("read", "done")).Tell(Intent));

    [Fact]
    public void An_announced_call_that_succeeds_is_like_any_other()
    {
        var run = Started(Once("pay", "done"));
        run.Accept(Intent);
        run.Succeed("7");

        Assert.Equal(RunStatus.Succeeded, run.State.Status);
        Assert.DoesNotContain(run.History, e => e is RunEvent.ActivityUnknown);
    }

    [Fact]
    public void A_failure_that_the_tool_is_sure_of_is_like_any_other()
    {
        var run = Started(Once("pay", "done") with { Retry = Thrice });
        run.Accept(Intent);
        run.Fail(Busy);

        Assert.Equal(2, run.Attempt.Number);
        Assert.Null(run.State.Open[0].Call);
    }

    [Fact]
    public void A_takeover_between_intent_and_result_makes_the_outcome_unknown()
    {
        var run = Started(Once("pay", "done"));
        run.Accept(Intent);

        var events = run.Accept(new RunCommand.TakeOver(new Epoch(9)));

        var unknown = Assert.IsType<RunEvent.ActivityUnknown>(events[1]);
        Assert.Equal(FailureClass.UnknownOutcome, unknown.Failure.Class);
        Assert.Equal(FailureCode.UnknownOutcome, unknown.Failure.Code);
        Assert.True(run.State.Open[0].AwaitsDecision);
        Assert.Empty(run.Outstanding);
    }

    [Fact]
    public void A_takeover_before_the_intent_changes_nothing()
    {
        var run = Started(Once("pay", "done"));
        run.Accept(new RunCommand.TakeOver(new Epoch(9)));

        Assert.Equal(1, run.Attempt.Number);
        run.Accept(Intent with { Epoch = new Epoch(9) });
    }

    [Fact]
    public void A_call_that_is_lost_is_not_made_again_by_a_rule_that_means_everything()
    {
        var run = Started(Once("pay", "done") with { Retry = Thrice with { On = ["*", "timeout", "activity.*"] } });
        run.Accept(Intent);
        run.Accept(IsLost);

        Assert.True(run.State.Open[0].AwaitsDecision);
    }

    [Theory]
    [InlineData("unknown_outcome")]
    [InlineData(FailureCode.UnknownOutcome)]
    public void A_call_that_is_lost_is_made_again_where_the_author_says_just_that(string pattern)
    {
        var run = Started(Once("pay", "done") with { Retry = Thrice with { Attempts = 2, On = [pattern] } });
        run.Accept(Intent);
        run.Accept(IsLost);
        Assert.Equal(2, run.Attempt.Number);

        run.Accept(Intent with { Attempt = 2 });
        run.Accept(IsLost with { Attempt = 2 });
        Assert.True(run.State.Open[0].AwaitsDecision);
    }

    [Fact]
    public void A_tool_that_can_be_asked_is_asked_before_anybody_has_to_decide()
    {
        var run = Undecided(Once("pay", "done", canReconcile: true));

        var asked = Assert.IsType<RunWork.Reconcile>(Assert.Single(run.Outstanding));
        Assert.Equal("run-1/1/0", asked.Activity.ToString());
        Assert.Equal(1, asked.Number);
        Assert.Equal(run.Now, asked.NotBefore);
        Assert.False(Parking.IsPossible(run.State, run.Now, out _));
    }

    [Fact]
    public void After_a_takeover_a_tool_is_left_alone_for_a_moment_before_it_is_asked()
    {
        var run = Started(Once("pay", "done", canReconcile: true));
        run.Accept(Intent);
        run.Accept(new RunCommand.TakeOver(new Epoch(5)));

        Assert.True(Assert.IsType<RunWork.Reconcile>(Assert.Single(run.Outstanding)).NotBefore > run.Now);
    }

    [Fact]
    public void What_the_tool_says_has_happened_is_its_result()
    {
        var run = Undecided(Once("pay", "done", canReconcile: true));
        var events = run.Accept(new RunCommand.ReportReconciled(1, 0, 1, new Reconciliation.Happened(Payload.Parse("7"))));

        Assert.Equal(new RunEvent.ActivityReconciled(1, 0, 1, CallOutcome.Happened), events[0]);
        Assert.Equal(RunStatus.Succeeded, run.State.Status);
    }

    [Fact]
    public void What_did_not_happen_failed_as_it_failed()
    {
        var run = Undecided(Once("pay", "done", canReconcile: true) with { Retry = Thrice });
        run.Accept(new RunCommand.ReportReconciled(1, 0, 1, new Reconciliation.DidNotHappen()));

        Assert.Equal(2, run.Attempt.Number);
        Assert.Equal(FailureCode.ActivityTimeout, run.History.OfType<RunEvent.ActivityFailed>().Single().Failure.Code);
    }

    [Fact]
    public void What_did_not_happen_because_its_process_died_is_made_again_whatever_the_rule()
    {
        var run = Started(Once("pay", "done", canReconcile: true));
        run.Accept(Intent);
        run.Accept(new RunCommand.TakeOver(new Epoch(5)));
        run.Accept(new RunCommand.ReportReconciled(1, 0, 1, new Reconciliation.DidNotHappen()));

        Assert.Equal(2, run.Attempt.Number);
    }

    [Fact]
    public void What_the_tool_does_not_know_somebody_has_to_decide()
    {
        var run = Undecided(Once("pay", "done", canReconcile: true));
        var report = new RunCommand.ReportReconciled(1, 0, 1, new Reconciliation.Unknown("no record of it"));

        Assert.Equal(
            new RunEvent.ActivityReconciled(1, 0, 1, CallOutcome.Unknown, "no record of it"),
            Assert.Single(run.Accept(report)));
        Assert.True(run.State.Open[0].AwaitsDecision);
        Assert.IsType<Decision.Ignored>(run.Tell(report));
    }

    [Fact]
    public void A_takeover_asks_the_tool_again()
    {
        var run = Undecided(Once("pay", "done", canReconcile: true));
        run.After(TimeSpan.FromMinutes(1)).Accept(new RunCommand.TakeOver(new Epoch(5)));

        Assert.IsType<RunWork.Reconcile>(Assert.Single(run.Outstanding));
        Assert.Single(run.History.OfType<RunEvent.ActivityUnknown>());
    }

    [Fact]
    public void What_happened_but_is_too_large_is_not_done_again_for_that()
    {
        var run = Started(Once("pay", "done") with { Retry = Thrice with { On = ["*"] } });
        run.Accept(Intent);
        run.Accept(new RunCommand.ReportSuccess(1, 0, 1, Payload.FromText(new string('x', RunLimits.PayloadBytes))));

        Assert.True(run.State.Open[0].AwaitsDecision);
        Assert.Equal(FailureCode.PayloadTooLarge, run.State.Open[0].Call!.Unknown!.Cause!.Code);
    }

    private static Scenario Started(State first, params State[] others) => new Scenario(Of([first, .. others, End()])).Start();

    private static Scenario Undecided(State first, params State[] others)
    {
        var run = Started(first, others);
        run.Accept(Intent);
        run.Accept(IsLost);
        return run;
    }
}
