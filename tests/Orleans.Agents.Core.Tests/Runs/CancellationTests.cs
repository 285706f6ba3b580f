using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;
using static Orleans.Agents.Core.Tests.Runs.Flow;

namespace Orleans.Agents.Core.Tests.Runs;

/// <summary>A run that somebody wants to stop.</summary>
public sealed class CancellationTests
{
    [Fact]
    public void A_cancelled_run_fails_at_once_and_says_why()
    {
        var run = new Scenario(Of(Tool("a", "done"), End())).Start();

        var events = run.Accept(new RunCommand.Cancel("the customer left"));

        var failure = Assert.IsType<RunEvent.Failed>(Assert.Single(events)).Failure;
        Assert.Equal(FailureClass.Cancelled, failure.Class);
        Assert.Equal(FailureCode.Cancelled, failure.Code);
        Assert.Equal("The run was cancelled: the customer left", failure.Message);
        Assert.Equal(new FailureOrigin("run-1", "a", 1, 0), failure.Origin);
        Assert.Equal(RunStatus.Failed, run.State.Status);
        Assert.Empty(run.Outstanding);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Nobody_has_to_give_a_reason(string? reason)
    {
        var run = new Scenario(Of(Tool("a", "done"), End())).Start();
        run.Accept(new RunCommand.Cancel(reason));

        Assert.Equal("The run was cancelled.", run.State.Failure!.Message);
    }

    [Fact]
    public void A_cancellation_is_neither_caught_nor_tried_again()
    {
        var a = Tool("a", "done") with
        {
            Retry = Thrice with { On = ["*"] },
            Catch = [On("cancelled", "done"), On(FailureCode.Cancelled, "done"), On("*", "done")],
        };
        var run = new Scenario(Of(a, End())).Start();
        run.Accept(new RunCommand.Cancel());

        Assert.Equal(FailureCode.Cancelled, run.State.Failure!.Code);
    }

    [Fact]
    public void A_run_that_waits_can_be_cancelled_too()
    {
        var run = new Scenario(Of(Wait("rest", TimeSpan.FromDays(9), "done"), End())).Start();
        run.Accept(new RunCommand.Cancel());

        Assert.Equal(RunStatus.Failed, run.State.Status);
        Assert.Null(run.State.WakeAt);
    }

    [Fact]
    public void The_result_of_an_attempt_that_was_cancelled_is_ignored()
    {
        var run = new Scenario(Of(Tool("a", "done"), End())).Start();
        var (activity, attempt) = (run.Attempt.Activity, run.Attempt.Number);
        run.Accept(new RunCommand.Cancel());

        Assert.IsType<Decision.Ignored>(run.Tell(
            new RunCommand.ReportSuccess(activity.Visit, activity.Branch, attempt, Payload.Null)));
    }

    [Fact]
    public void A_run_that_is_over_or_cancelled_cannot_be_cancelled()
    {
        var done = new Scenario(Of(End())).Start();
        Assert.Equal(new Decision.Ignored("The run is over."), done.Tell(new RunCommand.Cancel("late")));

        var cancelled = new Scenario(Of(Tool("a", "done"), End())).Start();
        cancelled.Accept(new RunCommand.Cancel("first"));
        Assert.Equal(new Decision.Ignored("The run is over."), cancelled.Tell(new RunCommand.Cancel("second")));
    }

    [Fact]
    public void A_run_that_has_not_started_cannot_be_cancelled() =>
        Assert.Equal(
            new Decision.Rejected("The run has not been started."),
            new Scenario(Of(End())).Tell(new RunCommand.Cancel("early")));

    [Fact]
    public void A_run_past_its_deadline_fails_by_that()
    {
        var workflow = Of(Tool("a", "done"), End()) with { Deadline = TimeSpan.FromMinutes(1) };
        var run = new Scenario(workflow).Start().After(TimeSpan.FromMinutes(1));
        run.Accept(new RunCommand.Cancel("too late"));

        Assert.Equal(FailureCode.Deadline, run.State.Failure!.Code);
    }

    [Fact]
    public void A_reason_is_cut_off_where_it_becomes_a_story()
    {
        var run = new Scenario(Of(Tool("a", "done"), End())).Start();
        run.Accept(new RunCommand.Cancel(new string('x', RunLimits.ReasonLength - 1) + "\U0001F600 and so on"));

        Assert.Equal($"The run was cancelled: {new string('x', RunLimits.ReasonLength - 1)}", run.State.Failure!.Message);
    }
}
