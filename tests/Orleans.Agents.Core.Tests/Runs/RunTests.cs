using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;
using static Orleans.Agents.Core.Tests.Runs.Flow;
using static Orleans.Agents.Core.Tests.Runs.Scenario;

namespace Orleans.Agents.Core.Tests.Runs;

public sealed class RunTests
{
    [Fact]
    public void A_start_enters_the_first_state_and_asks_for_its_activity()
    {
        var run = new Scenario(Of(Tool("read", "done", """{ "path": "${{ input.path }}" }"""), End())).Start("""{ "path": "a" }""");

        Assert.Equal(RunStatus.Running, run.State.Status);
        Assert.Equal("read", run.State.State);
        Assert.Equal("""{"path":"a"}""", run.Attempt.Input.ToString().Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal("run-1/1/0", run.Attempt.Activity.ToString());
        Assert.Equal(1, run.Attempt.Number);
    }

    [Fact]
    public void A_result_its_transition_and_the_next_start_are_one_decision()
    {
        var run = new Scenario(Of(Tool("a", "b"), Tool("b", "done"), End())).Start();

        var events = run.Accept(new RunCommand.ReportSuccess(1, 0, 1, Payload.Parse("1")));

        Assert.Collection(
            events,
            e => Assert.IsType<RunEvent.ActivitySucceeded>(e),
            e => Assert.Equal("a", Assert.IsType<RunEvent.StateLeft>(e).State),
            e => Assert.Equal("b", Assert.IsType<RunEvent.StateEntered>(e).State));
    }

    [Fact]
    public void A_run_ends_with_the_output_of_its_end_state()
    {
        var a = Tool("a", "done") with { Save = [Save("answer", "\"${{ output.value }}\"")] };
        var run = new Scenario(Of(a, End(output: """{ "report": "${{ context.answer }}" }"""))).Start().Succeed("""{"value":1.50}""");

        Assert.Equal(RunStatus.Succeeded, run.State.Status);
        Assert.Equal("""{"report":1.50}""", run.State.Output.ToString().Replace(" ", "", StringComparison.Ordinal));
        Assert.Empty(run.Outstanding);
    }

    [Fact]
    public void A_result_delivered_twice_counts_once()
    {
        var run = new Scenario(Of(Tool("a", "b"), Tool("b", "done"), End())).Start().Succeed();

        Assert.IsType<Decision.Ignored>(run.Tell(new RunCommand.ReportSuccess(1, 0, 1, Payload.Null)));
    }

    [Fact]
    public void A_result_of_an_attempt_that_no_longer_counts_is_ignored()
    {
        var run = new Scenario(Of(Tool("a", "done") with { Retry = Thrice }, End())).Start().Fail(Busy);

        Assert.IsType<Decision.Ignored>(run.Tell(new RunCommand.ReportSuccess(1, 0, 1, Payload.Null)));
        Assert.IsType<Decision.Ignored>(run.Tell(new RunCommand.ReportFailure(1, 0, 1, Busy)));
        Assert.IsType<Decision.Ignored>(run.Tell(new RunCommand.ReportSuccess(1, 7, 2, Payload.Null)));
    }

    [Fact]
    public void Nothing_can_be_told_to_a_run_that_has_not_started() =>
        Assert.IsType<Decision.Rejected>(new Scenario(Of(End())).Tell(new RunCommand.Wake()));

    [Fact]
    public void A_second_start_changes_nothing() =>
        Assert.IsType<Decision.Ignored>(new Scenario(Of(Tool("a", "done"), End())).Start()
            .Tell(new RunCommand.Start(new RunId("run-1"), Guid.Empty, Payload.Null)));

    [Fact]
    public void Nothing_follows_the_end()
    {
        var run = new Scenario(Of(End())).Start();

        Assert.True(run.State.IsOver);
        Assert.IsType<Decision.Ignored>(run.Tell(new RunCommand.Wake()));
        Assert.IsType<Decision.Ignored>(run.Tell(new RunCommand.TakeOver(new Epoch(2))));
        Assert.IsType<Decision.Ignored>(run.Tell(new RunCommand.ReportSuccess(1, 0, 1, Payload.Null)));
    }

    [Fact]
    public void A_state_without_an_applicable_next_fails_the_run()
    {
        var a = Tool("a") with { Next = [To("done", "output.ok"), To("done", "output.fine")] };
        var run = new Scenario(Of(a, End())).Start().Succeed("""{"ok":false}""");

        Assert.Equal(FailureCode.NoTransition, run.State.Failure!.Code);
        Assert.Equal("a", run.State.Failure.Origin!.State);
    }

    [Fact]
    public void The_first_alternative_that_applies_is_taken()
    {
        var a = Tool("a") with { Next = [To("no", "output > 5"), To("yes", "output > 1"), To("no")] };
        var run = new Scenario(Of(a, End("yes", "\"yes\""), End("no", "\"no\""))).Start().Succeed("3");

        Assert.Equal("\"yes\"", run.State.Output.ToString());
    }

    [Fact]
    public void Next_sees_the_context_as_it_was_saved()
    {
        var a = Tool("a") with { Save = [Save("n", "\"${{ output }}\"")], Next = [To("done", "context.n == 3")] };

        Assert.Equal(RunStatus.Succeeded, new Scenario(Of(a, End())).Start().Succeed("3").State.Status);
    }

    [Fact]
    public void Values_saved_together_see_the_context_as_it_was_before()
    {
        var swap = Pass("swap", "done") with
        {
            Save = [Save("a", "\"${{ context.b }}\""), Save("b", "\"${{ context.a }}\"")],
        };
        var workflow = Of(swap, End(output: """{"a":"${{ context.a }}","b":"${{ context.b }}"}""")) with
        {
            Context = [Save("a", "1"), Save("b", "2")],
        };

        Assert.Equal("""{"a":2,"b":1}""", new Scenario(workflow).Start().State.Output.ToString());
    }

    [Fact]
    public void The_output_of_a_pass_is_its_input()
    {
        var pass = Pass("double", "done", "\"${{ input.n * 2 }}\"") with { Save = [Save("n", "\"${{ output }}\"")] };

        Assert.Equal("42", new Scenario(Of(pass, End(output: "\"${{ context.n }}\""))).Start("""{"n":21}""").State.Output.ToString());
    }

    [Fact]
    public void A_run_that_moves_for_ever_is_stopped()
    {
        var run = new Scenario(Of(Pass("a", "b"), Pass("b", "a"))).Start();

        Assert.Equal(FailureCode.TransitionLimit, run.State.Failure!.Code);
    }

    [Fact]
    public void A_clock_that_runs_behind_is_not_believed()
    {
        var run = new Scenario(Of(Tool("a", "b"), Tool("b", "done"), End())).Start();
        run.Now -= TimeSpan.FromHours(1);
        run.Succeed();

        Assert.Equal(Noon, run.State.Now);
    }

    [Fact]
    public void A_takeover_keeps_the_attempt_and_forgets_the_time_nobody_saw()
    {
        var run = new Scenario(Of(Tool("a", "done"), End())).Start().After(TimeSpan.FromDays(1));
        run.Accept(new RunCommand.TakeOver(new Epoch(7)));
        run.After(TimeSpan.FromSeconds(2)).Succeed();

        Assert.Equal(7, run.State.Epoch);
        Assert.Equal(TimeSpan.FromSeconds(2), run.State.ActiveTime);
    }

    [Fact]
    public void A_takeover_does_not_shorten_a_pause()
    {
        var run = new Scenario(Of(Tool("a", "done") with { Retry = Thrice }, End())).Start().Fail(Busy);
        var before = run.Attempt;
        run.Accept(new RunCommand.TakeOver(new Epoch(2)));

        Assert.Equal(before.NotBefore, run.Attempt.NotBefore);
        Assert.Equal(2, run.Attempt.Number);
    }

    [Fact]
    public void An_input_that_is_too_large_starts_nothing()
    {
        var input = Payload.FromText(new string('x', RunLimits.PayloadBytes));
        var told = new Scenario(Of(End())).Tell(new RunCommand.Start(new RunId("run-1"), Guid.Empty, input));

        Assert.IsType<Decision.Rejected>(told);
    }

    [Fact]
    public void An_output_that_is_too_large_is_a_failure_of_its_activity()
    {
        var run = new Scenario(Of(Tool("a", "done"), End())).Start();
        run.Accept(new RunCommand.ReportSuccess(1, 0, 1, Payload.FromText(new string('x', RunLimits.PayloadBytes))));

        Assert.Equal(FailureCode.PayloadTooLarge, run.State.Failure!.Code);
    }

    [Fact]
    public void A_context_that_grows_too_large_is_a_failure()
    {
        var grow = Tool("grow", "grow") with { Save = [Save("all", "\"${{ context.all + [output] }}\"")] };
        var run = new Scenario(Of(grow) with { Context = [Save("all", "[]")] }).Start();
        var big = $"\"{new string('x', RunLimits.PayloadBytes - 1000)}\"";
        while (!run.State.IsOver)
        {
            run.Succeed(big);
        }

        Assert.Contains(run.State.Failure!.Code, new[] { FailureCode.ContextTooLarge, "expression.limit" });
    }

    [Fact]
    public void A_context_that_cannot_be_made_fails_the_run_at_once()
    {
        var run = new Scenario(Of(End()) with { Context = [Save("n", "\"${{ input.n < 1 }}\"")] }).Start("""{"n":"a"}""");

        Assert.Equal("expression.type", run.State.Failure!.Code);
    }

    [Fact]
    public void The_run_itself_is_in_scope()
    {
        var a = Tool("a", "done", """{ "who": "${{ run.id }}", "n": "${{ run.attempt }}", "s": "${{ run.state }}", "w": "${{ run.workflow }}", "v": "${{ run.visit }}" }""");
        var run = new Scenario(Of(a, End())).Start();

        Assert.Equal(
            """{"who":"run-1","n":1,"s":"a","w":"test","v":1}""",
            run.Attempt.Input.ToString().Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public void A_takeover_makes_the_epoch_greater_also_when_an_older_process_takes_over()
    {
        var run = new Scenario(Of(Tool("a", "done"), End())).Start();
        run.Accept(new RunCommand.TakeOver(new Epoch(7)));

        Assert.Equal(new RunEvent.TakenOver(8), Assert.Single(run.Accept(new RunCommand.TakeOver(new Epoch(3)))));
        Assert.Equal(8, run.State.Epoch);
    }
}
