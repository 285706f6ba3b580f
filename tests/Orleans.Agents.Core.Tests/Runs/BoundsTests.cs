using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Workflows;
using static Orleans.Agents.Core.Tests.Runs.Flow;
using static Orleans.Agents.Core.Tests.Runs.Scenario;

namespace Orleans.Agents.Core.Tests.Runs;

/// <summary>Cycles, budgets, deadlines and waits.</summary>
public sealed class BoundsTests
{
    private static readonly State.ToolCall Review = Tool("review") with
    {
        MaxVisits = 2,
        Next = [To("done", "output.approved"), To("review", "run.cycle.remaining > 0"), To("done")],
    };

    [Fact]
    public void A_bounded_cycle_sees_how_often_it_may_go_round()
    {
        var review = Review with { Input = Json("\"${{ run.cycle.current }} of ${{ run.cycle.max }}, ${{ run.cycle.remaining }} left\"") };
        var run = new Scenario(Of(review, End())).Start();
        Assert.Equal("\"1 of 2, 1 left\"", run.Attempt.Input.ToString());
        run.Succeed("{}");
        Assert.Equal("\"2 of 2, 0 left\"", run.Attempt.Input.ToString());
        run.Succeed("{}");
        Assert.Equal(RunStatus.Succeeded, run.State.Status);
    }

    [Fact]
    public void A_state_is_never_entered_more_often_than_it_allows()
    {
        var review = Review with { Next = [To("review")] };
        var run = new Scenario(Of(review)).Start().Succeed().Succeed();

        Assert.Equal(FailureCode.MaxVisits, run.State.Failure!.Code);
        Assert.Equal("review", run.State.Failure.Origin!.State);
        Assert.Equal(2, run.History.OfType<RunEvent.StateEntered>().Count());
    }

    [Fact]
    public void A_bounded_state_may_say_where_the_run_goes_instead()
    {
        var review = Review with { Next = [To("review")], Catch = [On(FailureCode.MaxVisits, "done")] };
        var run = new Scenario(Of(review, End())).Start().Succeed().Succeed();

        Assert.Equal(RunStatus.Succeeded, run.State.Status);
        Assert.Equal(FailureCode.MaxVisits, run.History.OfType<RunEvent.StateLeft>().Last().Failure!.Code);
    }

    [Fact]
    public void An_unbounded_state_has_no_remaining_visits() =>
        Assert.Equal(
            "[1,null,null]",
            new Scenario(Of(Tool("a", "done", """["${{ run.cycle.current }}","${{ run.cycle.max }}","${{ run.cycle.remaining }}"]"""), End()))
                .Start().Attempt.Input.ToString());

    [Fact]
    public void The_budget_of_activities_counts_attempts_before_they_are_made()
    {
        var workflow = Of(Tool("a", "a")) with { Budget = new Budget(3, TimeSpan.FromHours(1)) };
        var run = new Scenario(workflow).Start().Succeed().Succeed().Succeed();

        Assert.Equal(FailureCode.BudgetActivities, run.State.Failure!.Code);
        Assert.Equal(FailureClass.Budget, run.State.Failure.Class);
        Assert.Equal(3, run.State.ActivitiesUsed);
    }

    [Fact]
    public void A_retry_is_an_activity_of_the_budget_too()
    {
        var workflow = Of(Tool("a", "done") with { Retry = Thrice }, End()) with { Budget = new Budget(1, TimeSpan.FromHours(1)) };
        var run = new Scenario(workflow).Start().Fail(Busy);

        Assert.Equal(FailureCode.BudgetActivities, run.State.Failure!.Code);
        Assert.Equal("model.busy", run.State.Failure.Cause!.Code);
    }

    [Fact]
    public void Only_the_time_of_attempts_is_active_time()
    {
        var workflow = Of(Tool("a", "rest"), Wait("rest", TimeSpan.FromHours(5), "b"), Tool("b", "done"), End());
        var run = new Scenario(workflow).Start().After(TimeSpan.FromSeconds(3)).Succeed();
        run.After(TimeSpan.FromHours(5)).Wake().After(TimeSpan.FromSeconds(4)).Succeed();

        Assert.Equal(TimeSpan.FromSeconds(7), run.State.ActiveTime);
    }

    [Fact]
    public void The_time_in_which_an_attempt_found_no_lane_is_not_active_time()
    {
        var workflow = Of(Tool("a", "b") with { Retry = Thrice }, Tool("b", "c"), Tool("c", "done"), End());
        var run = new Scenario(workflow).Start();
        run.After(TimeSpan.FromSeconds(60)).Fail(Busy, waited: TimeSpan.FromSeconds(58));
        run.After(TimeSpan.FromSeconds(61)).Succeed(waited: TimeSpan.FromSeconds(57));
        run.After(TimeSpan.FromSeconds(10)).Succeed(waited: TimeSpan.FromSeconds(5));
        Assert.Equal(TimeSpan.FromSeconds(2 + 3 + 5), run.State.ActiveTime);

        run.After(TimeSpan.FromSeconds(1)).Succeed(waited: TimeSpan.FromSeconds(2)); // a clock was put back meanwhile
        Assert.Equal(TimeSpan.FromSeconds(10), run.State.ActiveTime);
    }

    [Fact]
    public void A_pause_before_a_retry_is_not_active_time()
    {
        var run = new Scenario(Of(Tool("a", "done") with { Retry = Thrice }, End())).Start().Fail(Busy);
        run.After(TimeSpan.FromSeconds(5)).Succeed();

        Assert.Equal(TimeSpan.FromSeconds(4), run.State.ActiveTime);
    }

    [Fact]
    public void An_attempt_is_given_no_more_time_than_the_budget_has_left()
    {
        var workflow = Of(Tool("a", "b"), Tool("b", "done") with { Timeout = TimeSpan.FromSeconds(60) }, End()) with
        {
            Budget = new Budget(10, TimeSpan.FromSeconds(10)),
        };
        var run = new Scenario(workflow).Start();
        Assert.Equal(TimeSpan.FromSeconds(10), run.Attempt.Timeout);
        run.After(TimeSpan.FromSeconds(4)).Succeed();
        Assert.Equal(TimeSpan.FromSeconds(6), run.Attempt.Timeout);
    }

    [Fact]
    public void Running_out_of_active_time_is_a_failure_of_the_budget()
    {
        var workflow = Of(Tool("a", "done") with { Retry = Thrice }, End()) with { Budget = new Budget(10, TimeSpan.FromSeconds(10)) };
        var run = new Scenario(workflow).Start().After(TimeSpan.FromSeconds(10));
        run.Fail(new Failure(FailureClass.Timeout, FailureCode.ActivityTimeout, "too long"));

        Assert.Equal(FailureCode.BudgetTime, run.State.Failure!.Code);
        Assert.Equal(FailureCode.ActivityTimeout, run.State.Failure.Cause!.Code);
    }

    [Fact]
    public void A_state_without_budget_left_takes_its_catch()
    {
        var workflow = Of(Tool("a", "b"), Tool("b", "done") with { Catch = [On("budget", "done")] }, End(output: "\"${{ error.code }}\"")) with
        {
            Budget = new Budget(1, TimeSpan.FromHours(1)),
        };

        Assert.Equal("\"budget.activities\"", new Scenario(workflow).Start().Succeed().State.Output.ToString());
    }

    [Fact]
    public void A_run_past_its_deadline_fails_whatever_it_is_told()
    {
        var workflow = Of(Tool("a", "done"), End()) with { Deadline = TimeSpan.FromMinutes(1) };
        var run = new Scenario(workflow).Start();
        Assert.Contains(run.Outstanding, w => w is RunWork.WakeAt wake && wake.DueAt == Noon.AddMinutes(1));
        run.After(TimeSpan.FromMinutes(1)).Wake();

        Assert.Equal(FailureCode.Deadline, run.State.Failure!.Code);
        Assert.Empty(run.Outstanding);
    }

    [Fact]
    public void A_wait_ends_when_it_is_due_and_not_before()
    {
        var run = new Scenario(Of(Wait("rest", TimeSpan.FromMinutes(1), "done"), End())).Start();
        Assert.Equal(Noon.AddMinutes(1), Assert.IsType<RunWork.WakeAt>(Assert.Single(run.Outstanding)).DueAt);
        run.After(TimeSpan.FromSeconds(59));
        Assert.IsType<Decision.Ignored>(run.Tell(new RunCommand.Wake()));
        run.After(TimeSpan.FromSeconds(1)).Wake();

        Assert.Equal(RunStatus.Succeeded, run.State.Status);
    }

    [Theory]
    [InlineData("\"2030-01-01T13:00:00Z\"")]
    [InlineData("\"2030-01-01T14:00:00+01:00\"")]
    [InlineData("\"2030-01-01T13:00:00\"")]
    [InlineData("\"2030-01-01T13:00:00.000Z\"")]
    [InlineData("\"2030-01-01 13:00\"")]
    [InlineData("\"2030-01-01T13:00Z\"")]
    public void A_wait_until_a_time_is_due_then(string until)
    {
        var run = new Scenario(Of(WaitUntil("rest", "\"${{ input }}\"", "done"), End())).Start(until);

        Assert.Equal(Noon.AddHours(1), run.State.WakeAt);
    }

    [Fact]
    public void A_wait_until_a_time_that_has_passed_is_over_at_once() =>
        Assert.Equal(
            RunStatus.Succeeded,
            new Scenario(Of(WaitUntil("rest", "\"2020-01-01T00:00:00Z\"", "done"), End())).Start().State.Status);

    [Theory]
    [InlineData("5")]
    [InlineData("\"tomorrow\"")]
    [InlineData("\"12:30\"")]
    [InlineData("\"1/2\"")]
    [InlineData("\"01/02/2030\"")]
    [InlineData("null")]
    public void A_wait_until_something_else_is_a_failure(string until) =>
        Assert.Equal(
            FailureCode.WaitInvalid,
            new Scenario(Of(WaitUntil("rest", "\"${{ input }}\"", "done"), End())).Start(until).State.Failure!.Code);

    [Fact]
    public void A_wait_whose_time_does_not_render_is_a_failure() =>
        Assert.Equal(
            "expression.type",
            new Scenario(Of(WaitUntil("rest", "\"${{ input < 1 }}\"", "done"), End())).Start("\"a\"").State.Failure!.Code);

    [Fact]
    public void A_run_may_be_put_down_when_all_it_waits_for_is_far_away()
    {
        var run = new Scenario(Of(Wait("rest", TimeSpan.FromHours(1), "a"), Tool("a", "done") with { Retry = Thrice }, End())).Start();

        Assert.Equal(Noon.AddHours(1), ParkedUntil(run.State, Noon.AddMinutes(1)));
        Assert.Null(ParkedUntil(run.State, Noon.AddHours(2)));
        run.After(TimeSpan.FromHours(1)).Wake();
        Assert.Null(ParkedUntil(run.State, run.Now));
        run.Fail(Busy with { RetryAfter = TimeSpan.FromHours(3) });
        Assert.Equal(run.Now.AddHours(3), ParkedUntil(run.State, run.Now.AddMinutes(1)));
        run.After(TimeSpan.FromHours(3)).Succeed();
        Assert.Null(ParkedUntil(run.State, run.Now));
    }
}
