using System.Collections.Immutable;
using Orleans.Agents.Budgets;
using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Workflows;
using static Orleans.Agents.Core.Tests.Runs.Flow;
using static Orleans.Agents.Core.Tests.Runs.Scenario;

namespace Orleans.Agents.Core.Tests.Runs;

/// <summary>A run that begins nothing until it is resumed.</summary>
public sealed class SuspensionTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly RunCommand.Suspend Stop = new("prices are wrong");
    private static readonly RunCommand.Resume Go = new();
    private static readonly Workflow Other = Of(Tool("work", "done"), End()) with { Name = "child", Hash = "child-hash" };

    [Fact]
    public void What_is_under_way_is_done_to_its_end_and_nothing_begins_after_it()
    {
        var run = new Scenario(Of(Tool("a", "b"), Tool("b", "done"), End())).Start();

        Assert.Equal(new RunEvent.Suspended("prices are wrong"), Assert.Single(run.Accept(Stop)));
        Assert.Equal(new Suspension(Noon, "prices are wrong"), run.State.Suspension);
        Assert.Equal((RunStatus.Running, RunStatus.Suspended), (run.State.Status, run.State.ShownStatus));
        Assert.Equal("a", run.Attempt.State);
        run.Succeed();

        Assert.Equal("b", run.State.State);
        Assert.Empty(run.Outstanding);
        Assert.Equal(new RunEvent.Resumed(), Assert.Single(run.After(Hour).Accept(Go)));
        Assert.Null(run.State.Suspension);
        Assert.Equal(("b", null), (run.Attempt.State, run.Attempt.NotBefore));
    }

    [Fact]
    public void A_run_may_come_to_its_end_by_what_was_under_way()
    {
        var run = new Scenario(Of(Tool("a", "done"), End())).Start();
        run.Accept(Stop);

        run.Succeed();

        Assert.Equal((RunStatus.Succeeded, RunStatus.Succeeded), (run.State.Status, run.State.ShownStatus));
    }

    [Fact]
    public void To_suspend_or_to_resume_it_twice_does_nothing()
    {
        var run = new Scenario(Of(Tool("a", "done"), End())).Start();
        Assert.Equal(new Decision.Ignored("The run is not suspended."), run.Tell(Go));
        run.Accept(Stop);

        Assert.Equal(new Decision.Ignored("The run is suspended."), run.Tell(new RunCommand.Suspend("again")));
        run.Accept(Go);
        Assert.Equal(new Decision.Ignored("The run is not suspended."), run.Tell(Go));
        run.Accept(Stop);
        Assert.NotNull(run.State.Suspension);
    }

    [Fact]
    public void Of_a_run_that_nobody_has_begun_anything_of_nothing_begins()
    {
        var run = new Scenario(Of(Parallel("all", "done", Settlement.All, ("x", null), ("y", null)), End())).Start();
        run.Accept(new RunCommand.TakeOver(new Epoch(7)));

        var suspended = Assert.IsType<RunEvent.Suspended>(Assert.Single(run.Accept(Stop with { IsAtRest = true })));

        Assert.Equal([0, 1], suspended.Held!.Value.AsEnumerable());
        Assert.Empty(run.Outstanding);
        run.Accept(Go);
        Assert.Equal(2, run.Attempts.Count);
    }

    [Fact]
    public void What_was_under_way_in_a_process_that_is_gone_is_not_begun_again_before_the_run_is_resumed()
    {
        var run = new Scenario(Of(Tool("a", "done"), End())).Start();
        run.Accept(Stop);
        Assert.Single(run.Outstanding);

        run.After(Hour).Accept(new RunCommand.TakeOver(new Epoch(7)));

        Assert.Empty(run.Outstanding);
        Assert.True(Parking.IsPossible(run.State, run.Now, out _));
        run.After(Hour).Accept(Go);
        Assert.Equal(1, run.Attempt.Number);
        Assert.Equal(TimeSpan.Zero, run.State.ActiveTime);
    }

    [Fact]
    public void An_attempt_that_fails_is_tried_again_when_the_run_is_resumed()
    {
        var run = new Scenario(Of(Tool("a", "done") with { Retry = Thrice }, End())).Start();
        run.Accept(Stop);
        run.Fail(Busy);
        Assert.Empty(run.After(Hour).Outstanding);

        run.Accept(Go);

        Assert.Equal((2, null), (run.Attempt.Number, run.Attempt.NotBefore));
        run.After(TimeSpan.FromSeconds(4)).Succeed();
        Assert.Equal(TimeSpan.FromSeconds(4), run.State.ActiveTime);
    }

    [Fact]
    public void A_pause_that_is_not_over_when_the_run_is_resumed_goes_on()
    {
        var run = new Scenario(Of(Tool("a", "done") with { Retry = Thrice }, End())).Start();
        run.Fail(Busy);
        run.Accept(Stop);
        Assert.Empty(run.Outstanding);

        run.Accept(Go);

        Assert.Equal((2, Noon.AddSeconds(1)), (run.Attempt.Number, run.Attempt.NotBefore));
    }

    [Fact]
    public void An_attempt_after_a_pause_that_is_over_is_under_way()
    {
        var run = new Scenario(Of(Tool("a", "done") with { Retry = Thrice }, End())).Start();
        run.Fail(Busy);
        run.After(Hour).Accept(Stop);

        Assert.Equal(2, run.Attempt.Number);
    }

    [Fact]
    public void Branches_that_were_not_begun_begin_when_the_run_is_resumed()
    {
        var run = new Scenario(Of(ForEach("each", "done", "[1,2,3,4]", limit: 2), End())).Start();
        run.Accept(Stop);
        run.Succeed(0, "1");
        Assert.Equal([1], run.Attempts.Keys);
        run.Succeed(1, "2");
        Assert.Empty(run.Outstanding);

        run.Accept(Go);

        Assert.Equal([2, 3], run.Attempts.Keys);
    }

    [Fact]
    public void A_suspended_run_can_be_cancelled()
    {
        var run = new Scenario(Of(Tool("a", "b"), Tool("b", "done"), End())).Start();
        run.Accept(Stop);
        run.Succeed();

        run.Accept(new RunCommand.Cancel("enough"));

        Assert.Equal((FailureCode.Cancelled, null), (run.State.Failure!.Code, run.State.Suspension));
    }

    [Fact]
    public void A_call_that_must_not_be_made_twice_is_not_asked_about_before_the_run_is_resumed()
    {
        var run = new Scenario(Of(Once("pay", "done", canReconcile: true), End())).Start();
        run.Accept(new RunCommand.Intend(1, 0, 1, new Epoch(1)));
        run.Accept(Stop);
        run.Accept(new RunCommand.TakeOver(new Epoch(2)));
        Assert.Empty(run.After(Hour).Outstanding);

        run.Accept(Go);

        Assert.IsType<RunWork.Reconcile>(Assert.Single(run.Outstanding));
    }

    [Fact]
    public void What_was_set_aside_for_an_attempt_that_was_held_back_is_not_lost_with_a_process()
    {
        var asked = new State.AgentCall("writer") { Name = "b", Next = [To("done")] };
        var agent = new Agent { Name = "writer", Model = "m", MaxOutputTokens = 100, Price = new Price(3, 15), Prompt = Json("\"0123\"") };
        var run = new Scenario(Of(Tool("a", "b"), asked, End()) with
        {
            Agents = ImmutableSortedDictionary.Create<string, Agent>(StringComparer.Ordinal).Add("writer", agent),
            Budget = Budget.Default with { Tokens = 10_000 },
        }).Start();
        run.Accept(Stop);
        run.Succeed();
        Assert.NotNull(run.State.Books!.Reserved);

        run.After(Hour).Accept(new RunCommand.TakeOver(new Epoch(7)));
        Assert.Null(run.State.Books!.Lost);
        run.Accept(new RunCommand.Cancel());

        Assert.Null(run.State.Books);
    }

    [Fact]
    public void A_suspended_run_is_put_down_as_soon_as_nothing_is_under_way()
    {
        var run = new Scenario(Of(Tool("a", "rest"), Wait("rest", Hour, "b"), Tool("b", "done"), End())).Start();
        run.Accept(Stop);
        Assert.False(Parking.IsPossible(run.State, Noon, out _));

        run.Succeed();

        Assert.True(Parking.IsPossible(run.State, Noon, out var due));
        Assert.Null(due);
        Assert.False(Parking.WaitsForChildren(run.State));
    }

    [Fact]
    public void The_difference_that_it_makes_is_that_of_the_two_lists_of_work()
    {
        var workflow = Calling(
            Other,
            new State.Parallel([new("tool", Tool("all.tool") with { Retry = Thrice }), new("child", Child("all.child"))], Settlement.All)
            {
                Name = "all",
                Next = [To("done")],
            },
            End());
        var run = new Scenario(workflow).Start();
        foreach (var command in (RunCommand[])[Stop, new RunCommand.TakeOver(new Epoch(4)), Go, Stop with { IsAtRest = true }, Go])
        {
            var before = run.State;
            var events = run.After(Hour).Accept(command);

            var change = WorkChange.Between(workflow, before, events, run.State);
            var was = Run.Outstanding(workflow, before).Select(work => work.Key).OfType<WorkKey>().ToArray();
            var now = Run.Outstanding(workflow, run.State).Select(work => work.Key).OfType<WorkKey>().ToArray();
            Assert.Equal(was.Except(now), change.Ended);
            Assert.Empty(now.Except(was).Except(change.Begun.Select(work => work.Key!.Value)));
            Assert.Equal(Moments.NextOf(run.State), change.WakeAt);
        }
    }
}
