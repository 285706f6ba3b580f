using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;
using static Orleans.Agents.Core.Tests.Runs.Flow;

namespace Orleans.Agents.Core.Tests.Runs;

/// <summary>A run that ends while a call with effect <c>once</c> is under way waits for what becomes of it.</summary>
public sealed class ClosingTests
{
    private static readonly RunCommand.ReportSuccess Paid = new(1, 0, 1, Payload.Parse("7"));

    [Fact]
    public void A_cancelled_run_ends_when_its_call_is_known_and_keeps_the_result()
    {
        var run = Paying();
        Assert.IsType<RunEvent.Closing>(Assert.Single(run.Accept(new RunCommand.Cancel("stop"))));
        Assert.False(run.State.IsOver);
        Assert.Empty(run.Outstanding);
        Assert.False(Parking.IsPossible(run.State, run.Now, out _));

        var events = run.Accept(Paid);

        Assert.Equal(new RunEvent.LateResult(1, 0, 1, Payload.Parse("7")), events[0]);
        Assert.Equal(FailureCode.Cancelled, Assert.IsType<RunEvent.Failed>(events[1]).Failure.Code);
        Assert.True(run.State.IsOver);
    }

    [Fact]
    public void That_a_call_was_lost_is_kept_too()
    {
        var run = Paying();
        run.Accept(new RunCommand.Cancel());
        var lost = new Failure(FailureClass.UnknownOutcome, FailureCode.UnknownOutcome, "lost");

        var events = run.Accept(new RunCommand.ReportFailure(1, 0, 1, lost));

        Assert.Equal(new RunEvent.LateResult(1, 0, 1, Failure: lost), events[0]);
        Assert.IsType<RunEvent.Failed>(events[1]);
    }

    [Fact]
    public void A_deadline_waits_for_the_call_too()
    {
        var run = Paying();
        run.After(TimeSpan.FromHours(1)).Wake();
        Assert.False(run.State.IsOver);
        run.Accept(Paid);

        Assert.Equal(FailureCode.Deadline, run.State.Failure!.Code);
    }

    [Fact]
    public void A_result_that_comes_with_the_deadline_is_kept_and_not_waited_for_again()
    {
        var run = Paying();
        var events = run.After(TimeSpan.FromHours(1)).Accept(Paid);

        Assert.Equal(new RunEvent.LateResult(1, 0, 1, Payload.Parse("7")), events[1]);
        Assert.Equal(FailureCode.Deadline, run.State.Failure!.Code);
    }

    [Fact]
    public void A_second_cancellation_waits_for_nothing_and_says_what_is_not_known()
    {
        var run = Paying();
        run.Accept(new RunCommand.Cancel("first"));

        var events = run.Accept(new RunCommand.Cancel("now"));

        Assert.Equal(FailureCode.UnknownOutcome, Assert.IsType<RunEvent.LateResult>(events[0]).Failure!.Code);
        Assert.Contains("first", run.State.Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_takeover_ends_what_was_closing()
    {
        var run = Paying();
        run.Accept(new RunCommand.Cancel());
        var events = run.Accept(new RunCommand.TakeOver(new Epoch(9)));

        Assert.Equal(FailureCode.UnknownOutcome, Assert.IsType<RunEvent.LateResult>(events[1]).Failure!.Code);
        Assert.Equal(FailureCode.Cancelled, run.State.Failure!.Code);
    }

    [Fact]
    public void A_closing_run_does_nothing_else()
    {
        var run = Paying();
        run.Accept(new RunCommand.Cancel());
        var ending = new Decision.Ignored("The run is ending.");

        Assert.Equal(ending, run.Tell(new RunCommand.Wake()));
        Assert.Equal(ending, run.Tell(new RunCommand.Intend(1, 0, 1, new Epoch(4))));
        Assert.Equal(ending, run.Tell(new RunCommand.Decide(1, 0, 1, new Verdict.Retry())));
        Assert.IsType<Decision.Ignored>(run.Tell(Paid with { Attempt = 2 }));
    }

    [Fact]
    public void A_call_that_somebody_has_to_decide_about_holds_nothing_up()
    {
        var run = Paying();
        run.Accept(new RunCommand.ReportFailure(
            1, 0, 1, new Failure(FailureClass.UnknownOutcome, FailureCode.UnknownOutcome, "lost")));
        run.Accept(new RunCommand.Cancel());

        Assert.True(run.State.IsOver);
    }

    [Fact]
    public void A_closing_run_is_the_same_after_a_snapshot()
    {
        var run = Paying();
        run.Accept(new RunCommand.Cancel());
        var again = run.Reopened(Of(Once("pay", "done"), End()));
        again.Accept(Paid);

        Assert.True(again.State.IsOver);
    }

    private static Scenario Paying()
    {
        var run = new Scenario(Of(Once("pay", "done"), End()) with { Deadline = TimeSpan.FromHours(1) }).Start();
        run.Accept(new RunCommand.Intend(1, 0, 1, new Epoch(4)));
        return run;
    }
}
