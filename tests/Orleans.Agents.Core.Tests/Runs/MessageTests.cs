using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;
using static Orleans.Agents.Core.Tests.Runs.Flow;
using static Orleans.Agents.Core.Tests.Runs.Scenario;

namespace Orleans.Agents.Core.Tests.Runs;

/// <summary>A refusal and a failure say what was expected and what was found.</summary>
public sealed class MessageTests
{
    [Fact]
    public void A_decision_that_changes_nothing_says_why()
    {
        var run = new Scenario(Of(Tool("a", "rest"), Wait("rest", TimeSpan.FromHours(1), "done"), End()));
        Assert.Equal(new Decision.Rejected("The run has not been started."), run.Tell(new RunCommand.Wake()));
        run.Start();
        Assert.Equal(
            new Decision.Ignored("The run has been started."),
            run.Tell(new RunCommand.Start(new RunId("run-1"), Guid.Empty, Payload.Null)));
        var stale = new Decision.Ignored("The attempt is no longer the one that counts.");
        Assert.Equal(stale, run.Tell(new RunCommand.ReportSuccess(1, 0, 2, Payload.Null)));
        Assert.Equal(stale, run.Tell(new RunCommand.ReportFailure(1, 0, 2, Busy)));
        run.Succeed();
        Assert.Equal(new Decision.Ignored("Nothing is due."), run.Tell(new RunCommand.Wake()));
        run.After(TimeSpan.FromHours(1)).Wake();
        Assert.Equal(new Decision.Ignored("The run is over."), run.Tell(new RunCommand.Wake()));
    }

    [Fact]
    public void A_payload_may_be_as_large_as_allowed_and_no_larger()
    {
        var allowed = Payload.FromText(new string('x', RunLimits.PayloadBytes - 2));
        var start = new RunCommand.Start(new RunId("run-1"), Guid.Empty, allowed);
        var run = new Scenario(Of(Tool("a", "done"), End()));
        run.Accept(start);
        run.Accept(new RunCommand.ReportSuccess(1, 0, 1, allowed));
        Assert.Equal(RunStatus.Succeeded, run.State.Status);

        var refused = new Scenario(Of(End())).Tell(start with { Input = Payload.FromText(new string('x', RunLimits.PayloadBytes - 1)) });
        Assert.Equal(
            $"The input has {RunLimits.PayloadBytes + 1} bytes; at most {RunLimits.PayloadBytes} are allowed.",
            Assert.IsType<Decision.Rejected>(refused).Why);

        var second = new Scenario(Of(Tool("a", "done"), End())).Start();
        second.Accept(new RunCommand.ReportSuccess(1, 0, 1, Payload.FromText(new string('x', RunLimits.PayloadBytes - 1))));
        Assert.StartsWith($"The output has {RunLimits.PayloadBytes + 1} bytes", second.State.Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Failures_of_bounds_name_the_bound()
    {
        var workflow = Of(Tool("a", "a")) with { Budget = new Budget(2, TimeSpan.FromHours(1)) };
        Assert.Equal(
            "The run has asked for 2 activities, as many as its budget allows.",
            new Scenario(workflow).Start().Succeed().Succeed().State.Failure!.Message);
        Assert.Equal(
            "Attempts were under way for 00:00:03, added up; the budget allows 00:00:02.",
            new Scenario(workflow with { Budget = new Budget(9, TimeSpan.FromSeconds(2)) }).Start().After(TimeSpan.FromSeconds(3)).Succeed()
                .State.Failure!.Message);
        Assert.Equal(
            "State 'a' has been entered 2 times, as often as max_visits allows.",
            new Scenario(Of(Tool("a", "a") with { MaxVisits = 2 })).Start().Succeed().Succeed().State.Failure!.Message);
        Assert.Equal(
            "The run moved through 1000 states without an activity or a wait; the last was 'a'.",
            new Scenario(Of(Pass("a", "b"), Pass("b", "a"))).Start().State.Failure!.Message);
        Assert.Equal(
            "The run was to be over by 2030-01-01T12:01:00.0000000+00:00; it was in state 'a'.",
            new Scenario(Of(Tool("a", "done"), End()) with { Deadline = TimeSpan.FromMinutes(1) })
                .Start().After(TimeSpan.FromMinutes(1)).Wake().State.Failure!.Message);
    }

    [Fact]
    public void Failures_of_a_state_name_it()
    {
        Assert.Equal(
            "None of the 1 alternatives of 'next' in state 'a' applies.",
            new Scenario(Of(Tool("a") with { Next = [To("done", "false")] }, End())).Start().Succeed().State.Failure!.Message);
        Assert.StartsWith(
            "State 'rest' waits until a time such as \"2030-01-31T09:00:00Z\"; it got 5.",
            new Scenario(Of(WaitUntil("rest", "5", "done"), End())).Start().State.Failure!.Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "'a' < input",
            new Scenario(Of(Fail("refuse", "no", "\"${{ 'a' < input }}\""))).Start("1").State.Failure!.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_has_entered_too_many_states_ends()
    {
        var old = new Scenario(Of(Tool("a", "a"))).Start().State with { Visit = RunLimits.Visits };

        var decided = Run.Decide(Of(Tool("a", "a")), old, new RunCommand.ReportSuccess(RunLimits.Visits, 0, 1, Payload.Null), Noon);

        var failure = Assert.IsType<Decision.Accepted>(decided).Next.Failure!;
        Assert.Equal(FailureCode.TooManyVisits, failure.Code);
        Assert.Equal($"The run has entered {RunLimits.Visits} states; start another run to go on.", failure.Message);
    }

    [Theory]
    [InlineData("run-1", true)]
    [InlineData("a", true)]
    [InlineData("0197f5b0.x_y-z", true)]
    [InlineData("", false)]
    [InlineData("Run", false)]
    [InlineData("a b", false)]
    [InlineData("a/b", false)]
    [InlineData("ä", false)]
    public void A_run_is_named_by_plain_letters(string name, bool isName) => Assert.Equal(isName, RunId.IsValid(name));

    [Fact]
    public void A_name_is_at_most_128_letters_long()
    {
        Assert.True(RunId.IsValid(new string('a', RunId.MaxLength)));
        Assert.False(RunId.IsValid(new string('a', RunId.MaxLength + 1)));
    }
}
