using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;
using static Orleans.Agents.Core.Tests.Runs.Flow;
using static Orleans.Agents.Core.Tests.Runs.Scenario;

namespace Orleans.Agents.Core.Tests.Runs;

/// <summary>What a process tells of its call when another carries the run: nothing of it is thrown away.</summary>
public sealed class LateReportTests
{
    private static readonly RunCommand.ReportLate Happened = new(1, 0, 1, Payload.Parse("7"));
    private static readonly RunCommand.ReportLate DidNot = new(1, 0, 1, Failure: Missing);

    [Fact]
    public void That_it_happened_settles_what_nobody_knew()
    {
        var run = TakenOver();
        Assert.True(run.State.Open[0].AwaitsDecision);

        Assert.Equal(
            new RunEvent.ActivitySucceeded(1, 0, 1, Payload.Parse("7")), run.Accept(Happened)[0]);
        Assert.Equal(RunStatus.Succeeded, run.State.Status);
    }

    [Fact]
    public void A_failure_is_kept_and_leaves_the_question_open()
    {
        var run = TakenOver();

        Assert.Equal(new RunEvent.LateResult(1, 0, 1, Failure: Missing), Assert.Single(run.Accept(DidNot)));
        Assert.True(run.State.Open[0].AwaitsDecision);
    }

    [Fact]
    public void The_result_of_an_attempt_that_was_given_up_is_kept_and_changes_nothing()
    {
        var run = TakenOver();
        run.Accept(new RunCommand.Decide(1, 0, 1, new Verdict.Retry()));

        Assert.Equal(new RunEvent.LateResult(1, 0, 1, Payload.Parse("7")), Assert.Single(run.Accept(Happened)));
        Assert.Equal(2, run.Attempt.Number);
    }

    [Fact]
    public void A_run_that_is_closing_ends_with_it()
    {
        var run = Paying();
        run.Accept(new RunCommand.Cancel());

        Assert.Equal(new RunEvent.LateResult(1, 0, 1, Payload.Parse("7")), run.Accept(Happened)[0]);
        Assert.Equal(FailureCode.Cancelled, run.State.Failure!.Code);
    }

    [Fact]
    public void A_run_that_is_over_has_no_use_for_it()
    {
        var run = TakenOver();
        run.Accept(Happened);

        Assert.Equal(new Decision.Ignored("The run is over."), run.Tell(Happened));
    }

    private static Scenario TakenOver()
    {
        var run = Paying();
        run.Accept(new RunCommand.TakeOver(new Epoch(9)));
        return run;
    }

    private static Scenario Paying()
    {
        var run = new Scenario(Of(Once("pay", "done"), End())).Start();
        run.Accept(new RunCommand.Intend(1, 0, 1, new Epoch(4)));
        return run;
    }
}
