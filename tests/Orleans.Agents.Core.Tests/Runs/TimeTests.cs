using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Workflows;
using static Orleans.Agents.Core.Tests.Runs.Flow;
using static Orleans.Agents.Core.Tests.Runs.Scenario;

namespace Orleans.Agents.Core.Tests.Runs;

/// <summary>Pauses, timeouts and what counts as active time, to the millisecond.</summary>
public sealed class TimeTests
{
    private static readonly Failure TooLong = new(FailureClass.Timeout, FailureCode.ActivityTimeout, "too long");

    private static readonly Workflow TenSeconds =
        Of(Tool("a", "b"), Tool("b", "done"), End()) with { Budget = new Budget(10, TimeSpan.FromSeconds(10)) };

    /// <summary>Chance belongs to the stored form: a version that draws other numbers would decide old runs differently.</summary>
    [Fact]
    public void Chance_is_the_same_for_ever()
    {
        var rule = Thrice with { Attempts = 5, Factor = 1, Jitter = 1, Backoff = TimeSpan.FromSeconds(100), Max = TimeSpan.FromSeconds(100) };
        var run = new Scenario(Of(Tool("a", "done") with { Retry = rule }, End())).Start();
        List<int> pauses = [];
        for (var i = 0; i < 4; i++)
        {
            run.Fail(Busy);
            pauses.Add((int)(run.Attempt.NotBefore!.Value - run.Now).TotalMilliseconds);
        }

        Assert.Equal([46_508, 76_180, 73_890, 56_606], pauses);
    }

    [Fact]
    public void A_first_attempt_may_begin_at_once() =>
        Assert.Null(new Scenario(TenSeconds).Start().Attempt.NotBefore);

    [Fact]
    public void A_state_may_give_its_attempts_less_time_than_the_budget_has()
    {
        var workflow = Of(Tool("a", "done") with { Timeout = TimeSpan.FromSeconds(3) }, End());

        Assert.Equal(TimeSpan.FromSeconds(3), new Scenario(workflow).Start().Attempt.Timeout);
    }

    [Fact]
    public void A_state_is_not_begun_when_all_active_time_is_spent()
    {
        var run = new Scenario(TenSeconds).Start().After(TimeSpan.FromSeconds(10)).Succeed();

        Assert.Equal(FailureCode.BudgetTime, run.State.Failure!.Code);
        Assert.Equal("b", run.State.Failure.Origin!.State);
    }

    [Fact]
    public void A_timeout_at_the_end_of_the_budget_is_a_failure_of_the_budget_even_without_a_retry()
    {
        var run = new Scenario(TenSeconds).Start().After(TimeSpan.FromSeconds(10)).Fail(TooLong);

        Assert.Equal(FailureCode.BudgetTime, run.State.Failure!.Code);
        Assert.Equal(FailureCode.ActivityTimeout, run.State.Failure.Cause!.Code);
    }

    [Fact]
    public void A_timeout_with_budget_left_is_a_timeout() =>
        Assert.Equal(
            FailureCode.ActivityTimeout,
            new Scenario(TenSeconds).Start().After(TimeSpan.FromSeconds(9)).Fail(TooLong).State.Failure!.Code);

    [Fact]
    public void Another_failure_at_the_end_of_the_budget_stays_what_it_is() =>
        Assert.Equal(
            "files.not_found",
            new Scenario(TenSeconds).Start().After(TimeSpan.FromSeconds(10)).Fail(Missing).State.Failure!.Code);

    [Fact]
    public void A_result_that_comes_before_its_attempt_may_begin_takes_no_time()
    {
        var run = new Scenario(Of(Tool("a", "done") with { Retry = Thrice }, End())).Start()
            .After(TimeSpan.FromSeconds(2)).Fail(Busy).Succeed();

        Assert.Equal(TimeSpan.FromSeconds(2), run.State.ActiveTime);
    }

    [Theory]
    [InlineData(1, 2, 1)]
    [InlineData(3, 2, 2)]
    public void A_run_is_woken_for_its_wait_or_its_deadline_whichever_comes_first(int wait, int deadline, int woken)
    {
        var workflow = Of(Wait("rest", TimeSpan.FromHours(wait), "done"), End()) with { Deadline = TimeSpan.FromHours(deadline) };
        var run = new Scenario(workflow).Start();

        Assert.Equal(Noon.AddHours(woken), Assert.IsType<RunWork.WakeAt>(Assert.Single(run.Outstanding)).DueAt);
        Assert.Equal(Noon.AddHours(woken), ParkedUntil(run.State, Noon));
    }

    [Fact]
    public void A_run_with_an_attempt_under_way_is_not_put_down()
    {
        var workflow = Of(Tool("a", "done"), End()) with { Deadline = TimeSpan.FromHours(1) };

        Assert.Null(ParkedUntil(new Scenario(workflow).Start().State, Noon.AddHours(-1)));
    }

    [Fact]
    public void A_run_that_is_due_at_the_very_moment_is_not_put_down()
    {
        var run = new Scenario(Of(Wait("rest", TimeSpan.FromHours(1), "done"), End())).Start();

        Assert.Null(ParkedUntil(run.State, Noon.AddHours(1)));
        Assert.Null(ParkedUntil(RunState.Initial, Noon));
    }
}
