using System.Collections.Immutable;
using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Schemas;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;
using static Orleans.Agents.Core.Tests.Runs.Flow;
using static Orleans.Agents.Core.Tests.Runs.Scenario;

namespace Orleans.Agents.Core.Tests.Runs;

/// <summary>A run that starts another and waits for its end.</summary>
public sealed class ChildTests
{
    private static readonly Workflow Other = Of(Tool("work", "done"), End()) with { Name = "child", Hash = "child-hash" };
    private static readonly RunCommand.StartChild Begin = new(1, 0, 1);
    private static readonly RunCommand.ReportChild Good = new(1, 0, 1, Payload.Parse("7"));
    private static readonly RunCommand.ReportChild Bad = new(1, 0, 1, Failure: Busy with
    {
        Origin = new FailureOrigin("run-1~1.0", "work", 1, 1),
    });

    [Fact]
    public void A_state_with_a_workflow_asks_for_a_child_and_waits_for_its_end()
    {
        var run = new Scenario(Calling(Other, Child("ask", "done", input: "{\"n\":\"${{ input }}\"}"), End())).Start("5");
        Assert.Equal(new RunWork.StartChild(new ActivityId(new RunId("run-1"), 1, 0), 1, null), Assert.Single(run.Outstanding));

        var accepted = Assert.IsType<Decision.Accepted>(run.Tell(Begin));

        Assert.Equal(
            new RunEvent.ChildStarted(1, 0, 1, "run-1~1.0"),
            Assert.IsType<RunEvent.ChildStarted>(Assert.Single(accepted.Events)) with { Reserved = null });
        var child = Assert.Single(accepted.Children);
        Assert.Equal(("run-1~1.0", "child-hash", """{"n":5}"""), (child.Run.Value, child.Workflow.Hash, child.Input.ToString()));
        Assert.Equal(new RunParent("run-1", 1, 0, 1, "run-1", 1), child.Parent);
        Assert.Equal(Budget.DefaultDepth - 1, child.DepthLeft);
        Assert.Empty(run.Outstanding);
        Assert.Equal(1, run.State.ActivitiesUsed);
    }

    [Fact]
    public void A_child_is_started_once_however_often_it_is_asked_for()
    {
        var run = Waiting(Child("ask", "done"));

        Assert.IsType<Decision.Ignored>(run.Tell(Begin));
        Assert.IsType<Decision.Ignored>(run.Tell(Begin with { Attempt = 2 }));
    }

    [Fact]
    public void Its_output_is_the_output_of_the_state()
    {
        var run = new Scenario(
            Calling(Other, Child("ask", "done") with { Save = [Save("got", "\"${{ output }}\"")] }, End(output: "\"${{ context.got }}\""))).Start();
        run.Accept(Begin);

        Assert.Equal(new RunEvent.ActivitySucceeded(1, 0, 1, Payload.Parse("7")), run.Accept(Good)[0]);
        Assert.Equal("7", run.State.Output.ToString());
    }

    [Fact]
    public void An_output_that_breaks_the_schema_of_the_state_fails_it()
    {
        Assert.True(Schema.TryCompile(Payload.Parse("""{"type":"string"}"""), SchemaRegistry.Empty, out var text, out _));
        var run = Waiting(Child("ask", "done") with { OutputSchema = text });

        run.Accept(Good);

        Assert.Equal(FailureCode.OutputInvalid, run.State.Failure!.Code);
    }

    [Fact]
    public void Its_failure_is_the_failure_of_the_state_with_where_it_happened_as_the_cause()
    {
        var run = Waiting(Child("ask", "done"));

        run.Accept(Bad);

        var failure = run.State.Failure!;
        Assert.Equal((Busy.Class, Busy.Code, "run-1", "ask"), (failure.Class, failure.Code, failure.Origin!.Run, failure.Origin.State));
        Assert.Equal(("run-1~1.0", "work"), (failure.Cause!.Origin!.Run, failure.Cause.Origin.State));
    }

    [Fact]
    public void A_failed_child_is_tried_again_as_another_run_after_a_pause()
    {
        var run = Waiting(Child("ask", "done") with { Retry = Thrice });
        run.Accept(Bad);
        Assert.IsType<Decision.Ignored>(run.Tell(Begin with { Attempt = 2 }));

        run.After(TimeSpan.FromSeconds(1));
        var started = Assert.IsType<Decision.Accepted>(run.Tell(Begin with { Attempt = 2 }));

        Assert.Equal("run-1~1.0.2", Assert.Single(started.Children).Run.Value);
        run.Accept(Good with { Attempt = 2 });
        Assert.Equal(RunStatus.Succeeded, run.State.Status);
    }

    [Fact]
    public void A_failed_child_may_be_caught()
    {
        var run = new Scenario(
            Calling(Other, Child("ask", "done") with { Catch = [On("model.busy", "done")] }, End(output: "\"${{ error.code }}\""))).Start();
        run.Accept(Begin);
        run.Accept(Bad);

        Assert.Equal("\"model.busy\"", run.State.Output.ToString());
    }

    [Fact]
    public void An_input_that_the_other_workflow_does_not_take_starts_nothing()
    {
        Assert.True(Schema.TryCompile(Payload.Parse("""{"type":"string"}"""), SchemaRegistry.Empty, out var text, out _));
        var run = new Scenario(Calling(Other with { InputSchema = text }, Child("ask", "done", input: "7"), End())).Start();

        var accepted = Assert.IsType<Decision.Accepted>(run.Tell(Begin));

        Assert.Empty(accepted.Children);
        Assert.Equal(FailureCode.InputInvalid, run.State.Failure!.Code);
        Assert.Contains("'child'", run.State.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_deeper_than_its_budget_allows_is_refused_with_depth_and_limit()
    {
        var workflow = Calling(Other, Child("ask", "done"), End()) with { Budget = Budget.Default with { Depth = 3 } };
        var run = new Scenario(workflow);
        var parent = new RunParent("run-0", 1, 0, 1, "root", 4);
        run.Accept(new RunCommand.Start(new RunId("run-1"), Guid.Empty, Payload.Null, Parent: parent, DepthLeft: 0));

        var accepted = Assert.IsType<Decision.Accepted>(run.Tell(Begin));

        Assert.Empty(accepted.Children);
        Assert.Equal((FailureClass.Budget, "budget.depth"), (run.State.Failure!.Class, run.State.Failure.Code));
        Assert.Equal("Workflow 'child' would run at depth 5 of its tree of runs; its limit is 4.", run.State.Failure.Message);
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(3, null, 3)]
    [InlineData(3, 5, 3)]
    [InlineData(null, 2, 2)]
    [InlineData(7, 2, 2)]
    public void The_tighter_of_two_bounds_on_depth_holds(int? own, int? left, int? expected)
    {
        var run = new Scenario(Of(Tool("a", "done"), End()) with { Budget = Budget.Default with { Depth = own } });
        run.Accept(new RunCommand.Start(new RunId("run-1"), Guid.Empty, Payload.Null, Parent: new RunParent("run-0", 1, 0, 1, "run-0", 1), DepthLeft: left));

        Assert.Equal(expected, run.State.Bounds!.Depth);
    }

    [Fact]
    public void A_takeover_waits_for_a_child_as_before()
    {
        var run = Waiting(Child("ask", "done"));
        run.Accept(new RunCommand.TakeOver(new Epoch(5)));
        Assert.Empty(run.Outstanding);
        run.Accept(new RunCommand.Cancel());

        Assert.Equal(new RunEvent.TakenOver(6), Assert.Single(run.Accept(new RunCommand.TakeOver(new Epoch(6)))));
        run.Accept(Good);

        Assert.True(run.State.IsOver);
    }

    [Fact]
    public void The_outputs_of_children_are_kept_in_the_order_of_the_items()
    {
        var run = Racing(Settlement.All, out var outputs);
        run.Accept(Good with { Branch = 2, Output = Payload.Parse("3") });
        run.Accept(Good with { Branch = 0, Output = Payload.Parse("1") });
        run.Accept(Good with { Branch = 1, Output = Payload.Parse("2") });

        Assert.Equal("[1,2,3]", outputs().ToString());
    }

    [Fact]
    public void The_time_of_a_child_is_not_the_time_of_its_parent()
    {
        var run = Waiting(Child("ask", "done"));
        run.After(TimeSpan.FromHours(5)).Accept(Good);

        Assert.Equal(TimeSpan.Zero, run.State.ActiveTime);
        Assert.Equal(RunStatus.Succeeded, run.State.Status);
    }

    [Fact]
    public void A_run_that_only_waits_for_children_may_be_put_down_until_the_first_has_taken_too_long()
    {
        var run = Waiting(Child("ask", "done"));
        Assert.True(Parking.IsPossible(run.State, Noon, out var due));
        Assert.Null(due);
        Assert.True(Parking.WaitsForChildren(run.State));
        Assert.Equal(new RunEvent.Parked(), Assert.Single(run.Accept(new RunCommand.Rest(Noon))));

        run.Accept(new RunCommand.Cancel());
        Assert.True(Parking.IsPossible(run.State, Noon, out _));
        Assert.Single(run.Accept(new RunCommand.Rest(Noon)));

        var bounded = Waiting(Child("ask", "done") with { Timeout = TimeSpan.FromMinutes(1) });
        Assert.Equal(Noon.AddMinutes(1), ParkedUntil(bounded.State, Noon));
        Assert.IsType<Decision.Ignored>(bounded.Tell(new RunCommand.Rest(Noon.AddMinutes(1))));
        Assert.IsType<Decision.Ignored>(new Scenario(Of(Tool("a", "done"), End())).Start().Tell(new RunCommand.Rest(Noon)));
    }

    [Fact]
    public void A_run_with_children_is_the_same_after_a_snapshot()
    {
        var workflow = Calling(Other, Child("ask", "done"), End());
        var run = new Scenario(workflow).Start();
        run.Accept(Begin);

        var again = run.Reopened(workflow);
        Assert.IsType<Decision.Ignored>(again.Tell(Begin));
        again.Accept(new RunCommand.Cancel());
        again.Reopened(workflow).Accept(Good);
    }

    [Fact]
    public void A_workflow_may_run_itself()
    {
        var itself = Of(Child("again", "done", workflow: "test"), End()) with
        {
            Calls = Other.Calls.Add("test", "hash"),
        };
        var run = new Scenario(itself).Start();

        Assert.Same(itself, Assert.Single(Assert.IsType<Decision.Accepted>(run.Tell(Begin)).Children).Workflow);
    }

    [Fact]
    public void The_names_of_children_are_like_no_others_and_never_too_long()
    {
        var activity = new ActivityId(new RunId("a"), 2, 3);
        Assert.Equal("a~2.3", RunId.OfChild(activity, 1).Value);
        Assert.Equal("a~2.3.4", RunId.OfChild(activity, 4).Value);
        Assert.Equal("a~2.3~1.0", RunId.OfChild(new ActivityId(RunId.OfChild(activity, 1), 1, 0), 1).Value);
        Assert.False(new RunId("a-2.3").IsOfChild);

        var names = Enumerable.Range(0, 3).Select(branch => RunId.OfChild(
            new ActivityId(new RunId(new string('a', RunId.MaxLength)), 1, branch), 1)).ToList();
        Assert.All(names, name => Assert.True(RunId.IsValid(name.Value) && name.IsOfChild));
        Assert.Equal(3, names.Distinct().Count());
    }

    [Fact]
    public void What_a_run_of_a_tenant_starts_is_of_the_same_tenant_however_deep()
    {
        var run = RunId.Of("acme", "run-1");
        for (var depth = 0; depth < 60; depth++)
        {
            Assert.Equal("acme", run.Tenant);
            Assert.True(RunId.IsValid(run.Value));
            run = RunId.OfChild(new ActivityId(run, 1, depth), 1);
        }

        Assert.Null(new RunId("run-1").Tenant);
        Assert.Null(new RunId(":run-1").Tenant);
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
