using Orleans.Agents.Failures;
using Orleans.Agents.Replays;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;
using static Orleans.Agents.Core.Tests.Runs.Flow;
using static Orleans.Agents.Core.Tests.Runs.Scenario;

namespace Orleans.Agents.Core.Tests.Runs;

/// <summary>A run that begins where another one stood.</summary>
public sealed class ForkTests
{
    private static readonly Workflow TwoSteps = Of(
        Tool("a", "b") with { Save = [Save("x", "\"${{ output }}\"")] },
        Tool("b", "done", """{ "x": "${{ context.x }}" }""") with { Retry = Thrice, Save = [Save("y", "\"${{ output }}\"")] },
        End(output: "\"${{ context }}\""));

    private static readonly Workflow Family = Calling(
        Of(Tool("work", "done"), End()) with { Name = "child", Hash = "child-hash" },
        Child("ask", "done") with { Timeout = TimeSpan.FromMinutes(1), Save = [Save("got", "\"${{ output }}\"")] },
        End(output: "\"${{ context.got }}\""));

    [Fact]
    public void It_knows_what_the_other_knew_and_goes_its_own_way()
    {
        var run = new Scenario(TwoSteps).Start("5").Succeed("1");
        var fork = Fork(TwoSteps, run.State);

        Assert.Equal(new RunFork("run-1", 5), fork.State.Origin!.Fork);
        Assert.Equal(("run-2", 1, "b", 2), (fork.State.Origin.Run, fork.State.Version, fork.State.State, fork.State.Visit));
        Assert.Equal("""{"x":1,"y":2}""", fork.Succeed("2").State.Output.ToString());
        Assert.Equal("""{"x":1,"y":3}""", run.Succeed("3").State.Output.ToString());
    }

    [Fact]
    public void An_activity_that_was_under_way_keeps_its_key_until_the_state_is_left()
    {
        var run = new Scenario(TwoSteps).Start().Succeed("1");
        var fork = Fork(TwoSteps, run.State);

        Assert.Equal("run-1/2/0", fork.State.KeyOf(0).ToString());
        Assert.Equal("run-2/2/0", fork.Attempt.Activity.ToString());
        fork.Fail(Busy);
        Assert.Equal("run-1/2/0", fork.State.KeyOf(0).ToString());
        var again = Fork(TwoSteps, fork.State, "run-3");
        Assert.Equal("run-1/2/0", again.State.KeyOf(0).ToString());
        again.After(TimeSpan.FromSeconds(5)).Succeed("2");
        Assert.Null(again.State.Inherited);
    }

    [Fact]
    public void An_activity_whose_input_was_changed_has_a_key_of_its_own()
    {
        var run = new Scenario(TwoSteps).Start().Succeed("1");

        Assert.Equal("run-1/2/0", Fork(TwoSteps, run.State, context: """{"y":7}""").State.KeyOf(0).ToString());
        var edited = Fork(TwoSteps, run.State, context: """{"x":7}""");
        Assert.Equal("run-2/2/0", edited.State.KeyOf(0).ToString());
        Assert.Equal("""{ "x": 7 }""", edited.Attempt.Input.ToString());
        Assert.True(edited.State.Origin!.Fork!.IsEdited);
    }

    [Fact]
    public void A_name_can_be_taken_out_of_the_context()
    {
        var run = new Scenario(TwoSteps).Start().Succeed("1");

        Assert.Equal("""{"y":2}""", Fork(TwoSteps, run.State, context: """{"x":null}""").Succeed("2").State.Output.ToString());
    }

    [Theory]
    [InlineData("""[1]""", "context.edit_invalid", "object")]
    [InlineData("""{"x":1,"x":2}""", "context.edit_invalid", "/x stands there twice")]
    [InlineData("""{"xx":1}""", "context.edit_invalid", "Did you mean 'x'?")]
    public void A_change_of_the_context_that_makes_no_sense_is_refused(string context, string code, string message)
    {
        var failure = Refused(TwoSteps, new Scenario(TwoSteps).Start().Succeed("1").State, context);

        Assert.Equal(code, failure.Code);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_context_that_is_too_large_or_breaks_an_input_is_refused()
    {
        var workflow = Of(Tool("a", "b") with { Save = [Save("x", "\"${{ output }}\"")] }, Tool("b", "done", "\"${{ context.x + 1 }}\""), End());
        var run = new Scenario(workflow).Start().Succeed("1");

        Assert.Equal("context.edit_invalid", Refused(workflow, run.State, """{"x":"one"}""").Code);
        Assert.Equal("payload.too_large", Refused(workflow, run.State, $$"""{"x":"{{new string('x', RunLimits.PayloadBytes)}}"}""").Code);
    }

    [Fact]
    public void A_run_cannot_be_forked_where_it_is_settled_how_it_ends()
    {
        var over = new Scenario(TwoSteps).Start().Succeed("1").Succeed("2");
        Assert.Equal("run.fork_settled", Refused(TwoSteps, over.State).Code);

        var pay = Of(Once("pay", "done"), End());
        var closing = new Scenario(pay).Start();
        closing.Accept(new RunCommand.Intend(1, 0, 1, new Epoch(4)));
        closing.Accept(new RunCommand.Cancel());
        Assert.Equal("run.fork_settled", Refused(pay, closing.State).Code);
    }

    [Fact]
    public void A_call_that_must_not_be_made_twice_is_unknown_and_asked_about_under_its_old_key()
    {
        var workflow = Of(Once("pay", "done", canReconcile: true), End());
        var run = new Scenario(workflow).Start();
        run.Accept(new RunCommand.Intend(1, 0, 1, new Epoch(4)));

        var fork = Fork(workflow, run.State);

        Assert.IsType<RunEvent.ActivityUnknown>(fork.History[1]);
        Assert.IsType<RunWork.Reconcile>(Assert.Single(fork.Outstanding));
        Assert.Equal("run-1/1/0", fork.State.KeyOf(0).ToString());
        Assert.True(fork.State.Epoch > run.State.Epoch);
    }

    [Fact]
    public void A_call_that_nobody_can_be_asked_about_waits_for_a_decision_unless_its_state_says_that_it_may_happen_twice()
    {
        foreach (var (retry, awaits) in new[] { (RetryRule.Never, true), (Thrice with { On = ["unknown_outcome"] }, false) })
        {
            var workflow = Of(Once("pay", "done") with { Retry = retry }, End());
            var run = new Scenario(workflow).Start();
            run.Accept(new RunCommand.Intend(1, 0, 1, new Epoch(4)));

            Assert.Equal(awaits, Fork(workflow, run.State).State.Open[0].AwaitsDecision);
        }
    }

    [Fact]
    public void A_child_is_started_anew_under_the_name_that_the_new_run_gives_it()
    {
        var run = new Scenario(Family).Start();
        run.Accept(new RunCommand.StartChild(1, 0, 1));

        var fork = Fork(Family, run.State);

        var asked = Assert.IsType<RunWork.StartChild>(Assert.Single(fork.Outstanding));
        fork.Accept(new RunCommand.StartChild(1, 0, asked.Number));
        Assert.Equal("run-2~1.0", fork.State.Open[0].Child);
        fork.Accept(new RunCommand.ReportChild(1, 0, 1, Payload.Parse("7")));
        Assert.Equal("7", fork.State.Output.ToString());
    }

    [Fact]
    public void A_fork_of_a_child_belongs_to_nobody()
    {
        var run = new Scenario(TwoSteps);
        run.Accept(new RunCommand.Start(new RunId("run-0~1.0"), Guid.Empty, Payload.Null, Parent: new RunParent("run-0", 1, 0, 1, "run-0", 1), DepthLeft: 3));

        var fork = Fork(TwoSteps, run.State);

        Assert.Null(fork.State.Origin!.Parent);
        Assert.Equal(3, fork.State.Bounds!.Depth);
    }

    [Fact]
    public void Time_stands_still_between_the_cut_and_the_fork()
    {
        var workflow = Of(Wait("rest", TimeSpan.FromMinutes(10), "done"), End()) with { Deadline = TimeSpan.FromHours(1) };
        var run = new Scenario(workflow).Start();
        var fork = Fork(workflow, run.State, later: TimeSpan.FromDays(30));

        Assert.Equal(Noon + TimeSpan.FromDays(30) + TimeSpan.FromMinutes(10), fork.State.WakeAt);
        Assert.Equal(RunStatus.Succeeded, fork.After(TimeSpan.FromMinutes(10)).Wake().State.Status);

        var named = Of(WaitUntil("rest", "\"2030-01-02\"", "done"), End());
        Assert.Equal(Noon.AddHours(12), Fork(named, new Scenario(named).Start().State, later: TimeSpan.FromDays(30)).State.WakeAt);
    }

    [Fact]
    public void Branches_that_were_done_stay_done_and_the_others_are_made_here()
    {
        var workflow = Of(
            ForEach("work", "done", "[1, 2, 3]", limit: 2) with { Save = [Save("all", "\"${{ output }}\"")] }, End(output: "\"${{ context.all }}\""));
        var run = new Scenario(workflow).Start();
        run.Succeed(0, "10");

        var fork = Fork(workflow, run.State);
        Assert.Equal(["run-1/1/1", "run-1/1/2"], fork.Attempts.Keys.Select(branch => fork.State.KeyOf(branch).ToString()));
        fork.Succeed(2, "30");
        fork.Succeed(1, "20");

        Assert.Equal("[10,20,30]", fork.State.Output.ToString());
    }

    [Fact]
    public void A_run_is_forked_once_and_what_is_no_checkpoint_is_refused()
    {
        var run = new Scenario(TwoSteps).Start().Succeed("1");
        var fork = Fork(TwoSteps, run.State);

        Assert.IsType<Decision.Ignored>(fork.Tell(new RunCommand.Fork(fork.State)));
        Assert.IsType<Decision.Rejected>(new Scenario(TwoSteps).Tell(new RunCommand.Fork(run.State)));
        Assert.IsType<Decision.Rejected>(new Scenario(TwoSteps with { Hash = "other" }).Tell(new RunCommand.Fork(fork.State)));
    }

    [Fact]
    public void What_a_fork_began_with_is_not_verified_by_its_replay_and_all_that_follows_is()
    {
        var fork = Fork(TwoSteps, new Scenario(TwoSteps).Start().Succeed("1").State);
        var begun = fork.History.Count;
        fork.Succeed("2");
        var replay = new Replay(TwoSteps);

        Assert.True(replay.Take([.. fork.History.Take(begun)], Noon), $"{replay.Difference}");
        Assert.True(replay.Take([.. fork.History.Skip(begun)], Noon), $"{replay.Difference}");

        Assert.Contains("run run-1, up to version 5", Assert.Single(replay.Unverified).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void It_comes_after_every_carrier_that_the_other_run_has_had_until_now()
    {
        var cut = new Scenario(TwoSteps).Start().Succeed("1").State;
        var asked = Asked("run-2", null) with { After = new Epoch(cut.Epoch + 40) };

        Assert.True(Checkpoint.TryMake(TwoSteps, cut, asked, Noon, out var checkpoint, out _));

        Assert.Equal(cut.Epoch + 41, checkpoint.Epoch);
    }

    private static Scenario Fork(
        Workflow workflow, RunState cut, string name = "run-2", string? context = null, TimeSpan later = default)
    {
        Assert.True(
            Checkpoint.TryMake(workflow, cut, Asked(name, context), Noon + later, out var checkpoint, out var failure), failure?.Message);
        var fork = new Scenario(workflow) { Now = Noon + later };
        fork.Accept(new RunCommand.Fork(checkpoint));
        return fork;
    }

    private static Failure Refused(Workflow workflow, RunState cut, string? context = null)
    {
        Assert.False(Checkpoint.TryMake(workflow, cut, Asked("run-2", context), Noon, out _, out var failure));
        return failure;
    }

    private static ForkAsked Asked(string name, string? context) => new(
        new RunId(name), Guid.Empty, new Epoch(9), context is null ? null : Payload.Parse(context));
}
