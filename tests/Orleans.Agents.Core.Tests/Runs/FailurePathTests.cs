using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using static Orleans.Agents.Core.Tests.Runs.Flow;
using static Orleans.Agents.Core.Tests.Runs.Scenario;

namespace Orleans.Agents.Core.Tests.Runs;

/// <summary>Retries, catches, and how a run fails.</summary>
public sealed class FailurePathTests
{
    [Fact]
    public void A_transient_failure_is_tried_again_after_a_pause()
    {
        var run = new Scenario(Of(Tool("a", "done") with { Retry = Thrice }, End())).Start().Fail(Busy);

        Assert.Equal(2, run.Attempt.Number);
        Assert.Equal(Noon.AddSeconds(1), run.Attempt.NotBefore);
    }

    [Fact]
    public void Pauses_grow_up_to_their_maximum()
    {
        var rule = Thrice with { Attempts = 9, Max = TimeSpan.FromSeconds(5) };
        var run = new Scenario(Of(Tool("a", "done") with { Retry = rule }, End())).Start();
        List<double> pauses = [];
        for (var i = 0; i < 5; i++)
        {
            run.Fail(Busy);
            pauses.Add((run.Attempt.NotBefore!.Value - run.Now).TotalSeconds);
            run.After(run.Attempt.NotBefore.Value - run.Now);
        }

        Assert.Equal([1, 2, 4, 5, 5], pauses);
    }

    [Fact]
    public void Pauses_that_are_named_are_made_one_by_one_and_the_last_of_them_again()
    {
        var rule = Thrice with { Attempts = 9, Pauses = [TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(4)] };
        var run = new Scenario(Of(Tool("a", "done") with { Retry = rule }, End())).Start();
        List<double> pauses = [];
        for (var i = 0; i < 4; i++)
        {
            run.Fail(Busy);
            pauses.Add((run.Attempt.NotBefore!.Value - run.Now).TotalSeconds);
            run.After(run.Attempt.NotBefore.Value - run.Now);
        }

        Assert.Equal([2, 9, 4, 4], pauses);
    }

    [Fact]
    public void A_pause_is_as_long_as_the_other_side_asks_for()
    {
        var run = new Scenario(Of(Tool("a", "done") with { Retry = Thrice }, End())).Start()
            .Fail(Busy with { RetryAfter = TimeSpan.FromMinutes(2) });

        Assert.Equal(Noon.AddMinutes(2), run.Attempt.NotBefore);
    }

    [Fact]
    public void Nobody_can_ask_for_more_than_a_day()
    {
        var run = new Scenario(Of(Tool("a", "done") with { Retry = Thrice }, End())).Start()
            .Fail(Busy with { RetryAfter = TimeSpan.FromDays(300) });

        Assert.Equal(Noon.AddDays(1), run.Attempt.NotBefore);
    }

    [Fact]
    public void Chance_shortens_a_pause_by_the_same_for_the_same_attempt()
    {
        var rule = Thrice with { Jitter = 0.5m };
        var first = new Scenario(Of(Tool("a", "done") with { Retry = rule }, End())).Start().Fail(Busy);
        var second = new Scenario(Of(Tool("a", "done") with { Retry = rule }, End())).Start().Fail(Busy);

        Assert.Equal(first.Attempt.NotBefore, second.Attempt.NotBefore);
        Assert.InRange(first.Attempt.NotBefore!.Value - Noon, TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(999));
    }

    [Fact]
    public void When_all_attempts_have_failed_the_run_fails_with_the_last_failure()
    {
        var run = new Scenario(Of(Tool("a", "done") with { Retry = Thrice }, End())).Start().Fail(Busy).Fail(Busy).Fail(Busy);

        Assert.Equal("model.busy", run.State.Failure!.Code);
        Assert.Equal(new FailureOrigin("run-1", "a", 1, 3), run.State.Failure.Origin);
    }

    [Fact]
    public void A_failure_the_rule_does_not_name_is_not_tried_again() =>
        Assert.Equal(RunStatus.Failed, new Scenario(Of(Tool("a", "done") with { Retry = Thrice }, End())).Start().Fail(Missing).State.Status);

    [Theory]
    [InlineData("*")]
    [InlineData("permanent")]
    [InlineData("files.not_found")]
    [InlineData("files.*")]
    public void A_catch_runs_its_state_with_the_error_in_scope(string pattern)
    {
        var a = Tool("a", "done") with { Catch = [On("timeout", "done"), On(pattern, "rescue")] };
        var run = new Scenario(Of(a, Tool("rescue", "done", "\"${{ error.code }} in ${{ error.state }}\""), End())).Start().Fail(Missing);

        Assert.Equal("rescue", run.State.State);
        Assert.Equal("\"files.not_found in a\"", run.Attempt.Input.ToString());
    }

    [Fact]
    public void A_tolerated_failure_leaves_a_partial_result()
    {
        var a = Tool("a", "done") with { Catch = [On("*", "done", Save("partial", """{ "why": "${{ error.code }}" }"""))] };
        var run = new Scenario(Of(a, End(output: "\"${{ context.partial.why }}\""))).Start().Fail(Missing);

        Assert.Equal("\"files.not_found\"", run.State.Output.ToString());
    }

    [Fact]
    public void A_catch_whose_save_breaks_fails_the_run_and_keeps_the_cause()
    {
        var a = Tool("a", "done") with { Catch = [On("*", "done", Save("x", "\"${{ error.code < 1 }}\""))] };
        var run = new Scenario(Of(a, End())).Start().Fail(Missing);

        Assert.Equal("expression.type", run.State.Failure!.Code);
        Assert.Equal("files.not_found", run.State.Failure.Cause!.Code);
    }

    [Fact]
    public void A_fail_state_fails_the_run_with_its_code_and_what_led_there()
    {
        var a = Tool("a", "done") with { Catch = [On("*", "refuse")] };
        var run = new Scenario(Of(a, End(), Fail("refuse", "planning_failed", "\"No: ${{ error.message }}\""))).Start().Fail(Missing);

        Assert.Equal("planning_failed", run.State.Failure!.Code);
        Assert.Equal("No: missing", run.State.Failure.Message);
        Assert.Equal("files.not_found", run.State.Failure.Cause!.Code);
    }

    [Fact]
    public void A_fail_state_whose_message_breaks_fails_all_the_same()
    {
        var run = new Scenario(Of(Fail("refuse", "no", "\"${{ 'a' < input }}\""))).Start("1");

        Assert.Equal("no", run.State.Failure!.Code);
    }

    [Fact]
    public void An_input_that_does_not_render_is_a_failure_of_the_state()
    {
        var a = Tool("a", "done", "\"${{ input.a < 1 }}\"") with { Catch = [On("expression.*", "done")] };

        Assert.Equal(RunStatus.Succeeded, new Scenario(Of(a, End())).Start("""{"a":"x"}""").State.Status);
    }

    [Fact]
    public void An_input_that_does_not_render_for_a_later_attempt_is_a_failure_of_the_state()
    {
        var a = Tool("a", "done", "\"${{ run.attempt == 1 ? 1 : input.a < 1 }}\"") with { Retry = Thrice };
        var run = new Scenario(Of(a, End())).Start("""{"a":"x"}""").Fail(Busy);

        Assert.Equal("expression.type", run.State.Failure!.Code);
    }

    [Theory]
    [InlineData("${{ output < 'a' }}")]
    public void A_save_that_breaks_is_caught_after_the_result_is_kept(string save)
    {
        var a = Tool("a", "done") with { Save = [Save("x", $"\"{save}\"")], Catch = [On("*", "done")], Retry = Thrice };
        var run = new Scenario(Of(a, End())).Start().Succeed("1");

        Assert.Equal(RunStatus.Succeeded, run.State.Status);
        Assert.Single(run.History.OfType<RunEvent.ActivitySucceeded>());
    }

    [Fact]
    public void A_condition_that_breaks_is_a_failure_of_the_state()
    {
        var a = Tool("a") with { Next = [To("done", "output < 'a'"), To("done")] };

        Assert.Equal("expression.type", new Scenario(Of(a, End())).Start().Succeed("1").State.Failure!.Code);
    }

    [Fact]
    public void An_end_whose_output_does_not_render_fails_the_run() =>
        Assert.Equal(
            "expression.type",
            new Scenario(Of(End(output: "\"${{ input < 1 }}\""))).Start("\"a\"").State.Failure!.Code);

    [Fact]
    public void A_pass_whose_input_does_not_render_fails_the_run() =>
        Assert.Equal(
            "expression.type",
            new Scenario(Of(Pass("p", "done", "\"${{ input < 1 }}\""), End())).Start("\"a\"").State.Failure!.Code);

    [Fact]
    public void Causes_are_kept_only_so_deep()
    {
        var failure = Missing;
        for (var i = 0; i < 50; i++)
        {
            failure = Busy with { Cause = failure };
        }

        var depth = 0;
        for (var cause = failure.WithoutDeepCauses().Cause; cause is not null; cause = cause.Cause)
        {
            depth++;
        }

        Assert.Equal(Failure.MaxCauses, depth);
    }

    [Theory]
    [InlineData("model.busy", true)]
    [InlineData("model.*", true)]
    [InlineData("transient", true)]
    [InlineData("*", true)]
    [InlineData("model", false)]
    [InlineData("mod*", false)]
    [InlineData("permanent", false)]
    [InlineData("model.bus", false)]
    public void A_pattern_means_a_class_a_code_a_family_or_everything(string pattern, bool matches) =>
        Assert.Equal(matches, Busy.Matches(pattern));

    [Fact]
    public void Every_class_of_failure_has_its_stored_name() =>
        Assert.Equal(
            ["transient", "permanent", "cancelled", "timeout", "budget", "policy", "unknown_outcome"],
            Enum.GetValues<FailureClass>().Select(Failure.ClassName));
}
