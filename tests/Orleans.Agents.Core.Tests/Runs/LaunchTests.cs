using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Schemas;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;
using static Orleans.Agents.Core.Tests.Runs.Flow;

namespace Orleans.Agents.Core.Tests.Runs;

/// <summary>A run that starts another and does not wait for it.</summary>
public sealed class LaunchTests
{
    private static readonly Workflow Other = Of(Tool("work", "done"), End()) with { Name = "child", Hash = "child-hash" };
    private static readonly RunCommand.StartChild Begin = new(1, 0, 1);

    private static State.Launch Announce { get; } = new("child")
    {
        Name = "announce",
        Input = Json("{\"n\":\"${{ input }}\"}"),
        Save = [Save("launched", "\"${{ output.run }}\"")],
        Next = [To("after")],
    };

    [Fact]
    public void What_is_launched_begins_in_the_append_with_which_the_run_goes_on()
    {
        var run = Started();

        var accepted = Assert.IsType<Decision.Accepted>(run.Tell(Begin));

        Assert.Equal(
            new RunEvent.RunLaunched(1, 0, 1, "run-1~1.0"),
            Assert.IsType<RunEvent.RunLaunched>(accepted.Events[0]) with { Spent = null });
        Assert.IsType<RunEvent.StateLeft>(accepted.Events[1]);
        Assert.Equal("after", run.State.State);
        var launched = Assert.Single(accepted.Children);
        Assert.Equal(("run-1~1.0", """{"n":5}"""), (launched.Run.Value, launched.Input.ToString()));
        Assert.Equal(new RunParent("run-1", 1, 0, 1, "run-1", 1, true), launched.Parent);
        Assert.Equal("\"run-1~1.0\"", run.State.Context["launched"].ToString());
        Assert.Null(run.State.AwaitedChildren);
    }

    [Fact]
    public void It_is_launched_once_however_often_it_is_asked_for()
    {
        var run = Started();
        run.Accept(Begin);

        Assert.IsType<Decision.Ignored>(run.Tell(Begin));
    }

    [Fact]
    public void A_run_that_is_cancelled_before_it_launches_launches_nothing_and_after_it_stops_nothing()
    {
        var before = Started();
        before.Accept(new RunCommand.Cancel());
        Assert.IsType<Decision.Ignored>(before.Tell(Begin));

        var after = Started();
        after.Accept(Begin);
        var cancelled = Assert.IsType<Decision.Accepted>(after.Tell(new RunCommand.Cancel()));
        Assert.Empty(cancelled.Abandoned);
        Assert.True(after.State.IsOver);
    }

    [Fact]
    public void A_run_launches_no_more_than_its_budget_allows()
    {
        var again = Announce with { Next = [To("announce")] };
        var run = new Scenario(Calling(Other, again, End()) with { Budget = Budget.Default with { Launches = 2 } }).Start();
        run.Accept(Begin);
        run.Accept(Begin with { Visit = 2 });
        var refused = Assert.IsType<Decision.Accepted>(run.Tell(Begin with { Visit = 3 }));

        Assert.Empty(refused.Children);
        Assert.Equal((FailureClass.Budget, "budget.launches"), (run.State.Failure!.Class, run.State.Failure.Code));
        Assert.Equal("The run has launched 2 runs, as many as its budget allows.", run.State.Failure.Message);
        Assert.Equal(2, run.State.LaunchesUsed);
    }

    [Fact]
    public void Launches_go_as_deep_as_the_budget_allows_and_no_deeper()
    {
        var run = new Scenario(Calling(Other, Announce with { Catch = [On("budget", "done")] }, Tool("after", "done"), End()));
        run.Accept(new RunCommand.Start(new RunId("run-1"), Guid.Empty, Payload.Null, Parent: new RunParent("run-0", 1, 0, 1, "run-0", 1), DepthLeft: 0));

        Assert.Empty(Assert.IsType<Decision.Accepted>(run.Tell(Begin)).Children);
        Assert.Equal(RunStatus.Succeeded, run.State.Status);
    }

    [Fact]
    public void An_input_that_the_other_workflow_does_not_take_launches_nothing()
    {
        Assert.True(Schema.TryCompile(Payload.Parse("""{"type":"string"}"""), SchemaRegistry.Empty, out var text, out _));
        var run = new Scenario(Calling(Other with { InputSchema = text }, Announce, Tool("after", "done"), End())).Start("5");

        Assert.Empty(Assert.IsType<Decision.Accepted>(run.Tell(Begin)).Children);
        Assert.Equal(FailureCode.InputInvalid, run.State.Failure!.Code);
    }

    [Fact]
    public void A_takeover_before_the_launch_asks_for_it_again()
    {
        var run = Started();
        run.Accept(new RunCommand.TakeOver(new Epoch(5)));

        Assert.IsType<RunWork.StartChild>(Assert.Single(run.Outstanding));
        Assert.Single(Assert.IsType<Decision.Accepted>(run.Tell(Begin)).Children);
    }

    private static Scenario Started() =>
        new Scenario(Calling(Other, Announce, Tool("after", "done"), End())).Start("5");
}
