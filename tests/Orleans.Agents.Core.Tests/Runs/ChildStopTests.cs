using System.Collections.Immutable;
using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;
using static Orleans.Agents.Core.Tests.Runs.Flow;
using static Orleans.Agents.Core.Tests.Runs.Scenario;

namespace Orleans.Agents.Core.Tests.Runs;

/// <summary>Child runs that are not waited for any more: with their parent, as losers, because they take too long.</summary>
public sealed class ChildStopTests
{
    private static readonly Workflow Other = Of(Tool("work", "done"), End()) with { Name = "child", Hash = "child-hash" };
    private static readonly RunCommand.StartChild Begin = new(1, 0, 1);
    private static readonly RunCommand.ReportChild Good = new(1, 0, 1, Payload.Parse("7"));
    private static readonly RunCommand.ReportChild Bad = new(1, 0, 1, Failure: Busy with
    {
        Origin = new FailureOrigin("run-1~1.0", "work", 1, 1),
    });

    [Fact]
    public void A_cancelled_run_asks_its_child_to_stop_and_ends_when_it_has()
    {
        var run = Waiting(Child("ask", "done"));

        var accepted = Assert.IsType<Decision.Accepted>(run.Tell(new RunCommand.Cancel("enough")));

        Assert.IsType<RunEvent.Closing>(Assert.Single(accepted.Events));
        Assert.Equal("run-1~1.0", Assert.Single(accepted.Abandoned).Value);
        Assert.False(run.State.IsOver);
        var events = run.Accept(Bad);
        Assert.IsType<RunEvent.LateResult>(events[0]);
        Assert.Equal(FailureCode.Cancelled, Assert.IsType<RunEvent.Failed>(events[1]).Failure.Code);
    }

    [Fact]
    public void A_second_cancellation_does_not_wait_for_the_child()
    {
        var run = Waiting(Child("ask", "done"));
        run.Accept(new RunCommand.Cancel());
        run.Accept(new RunCommand.Cancel());

        Assert.True(run.State.IsOver);
    }

    [Fact]
    public void Losers_of_any_are_asked_to_stop_with_what_settles_it_and_the_run_goes_on_at_once()
    {
        var run = Racing(new Settlement(Quorum: 1), out _);

        var won = Assert.IsType<Decision.Accepted>(run.Tell(Good with { Branch = 1 }));

        Assert.Equal(["run-1~1.0", "run-1~1.2"], won.Abandoned.Select(child => child.Value));
        Assert.Equal("after", run.State.State);
        Assert.Equal(2, run.State.Unsettled!.Count);
        Assert.IsType<RunEvent.LateResult>(Assert.Single(run.Accept(Good)));
        run.Accept(new RunCommand.ReportSuccess(2, 0, 1, Payload.Null));
        Assert.False(run.State.IsOver);
        Assert.Empty(run.Outstanding);
        run.Accept(Bad with { Branch = 2 });
        Assert.Equal(RunStatus.Succeeded, run.State.Status);
    }

    [Fact]
    public void The_failure_of_one_where_all_have_to_succeed_stops_the_others()
    {
        var run = Racing(Settlement.All, out _);

        var lost = Assert.IsType<Decision.Accepted>(run.Tell(Bad with { Branch = 1 }));

        Assert.Equal(2, lost.Abandoned.Length);
        Assert.IsType<RunEvent.Closing>(lost.Events[^1]);
    }

    [Fact]
    public void A_child_that_takes_too_long_is_asked_to_stop_and_the_state_fails()
    {
        var run = Waiting(Child("ask", "done") with { Timeout = TimeSpan.FromMinutes(1), Catch = [On("timeout", "after")] }, Tool("after", "done"));
        Assert.Equal(Noon.AddMinutes(1), Assert.IsType<RunWork.WakeAt>(Assert.Single(run.Outstanding)).DueAt);
        Assert.IsType<Decision.Ignored>(run.Tell(new RunCommand.Wake()));
        run.After(TimeSpan.FromMinutes(1));

        var late = Assert.IsType<Decision.Accepted>(run.Tell(new RunCommand.Wake()));

        Assert.Equal("run-1~1.0", Assert.Single(late.Abandoned).Value);
        Assert.Equal(FailureCode.ActivityTimeout, late.Events.OfType<RunEvent.ActivityFailed>().Single().Failure.Code);
        Assert.Equal("after", run.State.State);
        run.Accept(new RunCommand.ReportSuccess(2, 0, 1, Payload.Null));
        Assert.False(run.State.IsOver);
        run.Accept(Good);
        Assert.Equal(RunStatus.Succeeded, run.State.Status);
    }

    [Fact]
    public void A_child_that_took_too_long_may_be_tried_again_while_the_first_still_stops()
    {
        var run = Waiting(Child("ask", "done") with { Timeout = TimeSpan.FromMinutes(1), Retry = Thrice });
        run.After(TimeSpan.FromMinutes(1)).Accept(new RunCommand.Wake());
        run.After(TimeSpan.FromMinutes(1)).Accept(Begin with { Attempt = 2 });
        Assert.IsType<RunEvent.LateResult>(Assert.Single(run.Accept(Bad)));
        Assert.Equal("run-1~1.0.2", run.State.Open[0].Child);

        run.Accept(Good with { Attempt = 2 });

        Assert.Equal(RunStatus.Succeeded, run.State.Status);
    }

    [Fact]
    public void A_deadline_reaches_the_child()
    {
        var run = new Scenario(Calling(Other, Child("ask", "done"), End()) with { Deadline = TimeSpan.FromHours(1) }).Start();
        run.Accept(Begin);
        run.After(TimeSpan.FromHours(1));

        Assert.Single(Assert.IsType<Decision.Accepted>(run.Tell(new RunCommand.Wake())).Abandoned);
        run.Accept(Bad);
        Assert.Equal(FailureCode.Deadline, run.State.Failure!.Code);
    }

    [Fact]
    public void The_end_of_a_child_that_comes_with_the_deadline_is_not_waited_for_again()
    {
        var run = new Scenario(Calling(Other, Child("ask", "done"), End()) with { Deadline = TimeSpan.FromHours(1) }).Start();
        run.Accept(Begin);
        var events = run.After(TimeSpan.FromHours(1)).Accept(Bad);

        Assert.Collection(
            events,
            e => Assert.IsType<RunEvent.Closing>(e),
            e => Assert.IsType<RunEvent.LateResult>(e),
            e => Assert.Equal(FailureCode.Deadline, Assert.IsType<RunEvent.Failed>(e).Failure.Code));
        Assert.True(run.State.IsOver);
    }

    private static Scenario Waiting(State first, params State[] others)
    {
        var run = new Scenario(Calling(Other, [first, .. others, End()])).Start();
        run.Accept(Begin);
        return run;
    }

    private static Scenario Racing(Settlement settlement, out Func<Payload> outputs)
    {
        var each = ForEach("race", "after", "[1,2,3]", settlement: settlement) with
        {
            Do = Child("race"),
            Save = [Save("all", "\"${{ output }}\"")],
        };
        var run = new Scenario(Calling(Other, each, Tool("after", "done"), End())).Start();
        foreach (var work in run.Outstanding.OfType<RunWork.StartChild>().ToImmutableArray())
        {
            run.Accept(new RunCommand.StartChild(1, work.Activity.Branch, work.Number));
        }

        outputs = () => run.State.Context["all"];
        return run;
    }
}
