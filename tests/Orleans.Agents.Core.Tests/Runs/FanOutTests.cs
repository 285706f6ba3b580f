using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;
using static Orleans.Agents.Core.Tests.Runs.Flow;
using static Orleans.Agents.Core.Tests.Runs.Scenario;

namespace Orleans.Agents.Core.Tests.Runs;

/// <summary>Branches side by side: each its own input, results in order, the journal says who came first.</summary>
public sealed class FanOutTests
{
    private static readonly Settlement Any = new(1);

    [Fact]
    public void Each_branch_has_its_own_input()
    {
        var run = Started(Parallel("check", "done", Settlement.All, ("facts", "{ \"n\": \"${{ input.n }}\" }"), ("style", "\"${{ run.state }}\"")));

        Assert.Equal("""{"n":5}""", Compact(run.Attempts[0].Input));
        Assert.Equal("\"check\"", run.Attempts[1].Input.ToString());
        Assert.Equal("run-1/1/1", run.Attempts[1].Activity.ToString());
    }

    [Fact]
    public void Results_of_named_branches_are_an_object_by_name_whatever_order_they_came_in()
    {
        var run = Started(Parallel("check", "done", Settlement.All, ("facts", null), ("style", null)));
        run.Succeed(1, "\"s\"");
        run.Succeed(0, "1.50");

        Assert.Equal("""{"facts":1.50,"style":"s"}""", run.State.Output.ToString());
    }

    [Fact]
    public void Results_of_items_are_a_list_in_their_order()
    {
        var run = Started(ForEach("work", "done", "[10,20,30]"));
        Assert.Equal(["10", "20", "30"], run.Attempts.Values.Select(a => a.Input.ToString()));
        run.Succeed(2, "3");
        run.Succeed(0, "1");
        run.Succeed(1, "2");

        Assert.Equal("[1,2,3]", run.State.Output.ToString());
    }

    [Fact]
    public void Items_with_a_key_give_an_object_by_key()
    {
        var run = Started(ForEach("work", "done", """[{"id":"b"},{"id":7}]""", key: "\"${{ item.id }}\""));
        run.Succeed(1, "2");
        run.Succeed(0, "1");

        Assert.Equal("""{"b":1,"7":2}""", run.State.Output.ToString());
    }

    [Fact]
    public void A_foreach_over_an_empty_list_gives_an_empty_list() =>
        Assert.Equal("[]", Started(ForEach("work", "done", "[]")).State.Output.ToString());

    [Fact]
    public void A_foreach_with_keys_over_an_empty_list_gives_an_empty_object() =>
        Assert.Equal("{}", Started(ForEach("work", "done", "[]", key: "\"${{ item }}\"")).State.Output.ToString());

    [Fact]
    public void No_more_branches_are_under_way_than_the_limit_allows()
    {
        var run = Started(ForEach("work", "done", "[0,1,2,3,4]", limit: 2));
        Assert.Equal([0, 1], run.Attempts.Keys);
        run.Succeed(1, "1");
        Assert.Equal([0, 2], run.Attempts.Keys);
        run.Succeed(0, "0");
        run.Succeed(3, "3");
        run.Succeed(2, "2");
        Assert.Equal([4], run.Attempts.Keys);
        run.Succeed(4, "4");

        Assert.Equal("[0,1,2,3,4]", run.State.Output.ToString());
    }

    [Fact]
    public void The_list_is_evaluated_once_per_visit()
    {
        var run = Started(ForEach("work", "done", "\"${{ context.list }}\"", limit: 1) with
        {
            Save = [Save("list", "\"${{ output }}\"")],
            Next = [To("work", "run.visit == 1"), To("done")],
        });
        run.Succeed(0, "10");
        run.Succeed(1, "20");
        Assert.Equal("10", run.Attempts[0].Input.ToString());

        Assert.Equal(["[1,2]", "[10,20]"], run.History.OfType<RunEvent.BranchesPlanned>().Select(p => p.Items!.Value.ToString()));
    }

    [Fact]
    public void Branches_see_the_whole_scope_and_their_own_attempt()
    {
        var each = ForEach("work", "done", "[1]", input: """["${{ item }}","${{ input.n }}","${{ context.list }}","${{ run.attempt }}"]""");
        var run = Started(each with { Do = each.Do with { Retry = Thrice } });
        Assert.Equal("[1,5,[1,2],1]", Compact(run.Attempts[0].Input));
        run.Fail(0, Busy);
        Assert.Equal("[1,5,[1,2],2]", Compact(run.Attempts[0].Input));
    }

    [Theory]
    [InlineData("5", FailureCode.NotAList)]
    [InlineData("null", FailureCode.NotAList)]
    [InlineData("{}", FailureCode.NotAList)]
    [InlineData("""[{"id":"a"},{"id":"b"},{"id":"a"}]""", FailureCode.DuplicateKey)]
    [InlineData("""[{"id":1},{"id":"1"}]""", FailureCode.DuplicateKey)]
    [InlineData("""[{"id":"a"},{}]""", FailureCode.KeyInvalid)]
    [InlineData("""[{"id":[]}]""", FailureCode.KeyInvalid)]
    public void Items_that_cannot_be_told_apart_are_a_failure_before_anything_starts(string list, string code)
    {
        var run = Started(ForEach("work", "done", list, key: "\"${{ item.id }}\""));

        Assert.Equal(code, run.State.Failure!.Code);
        Assert.Equal(0, run.State.ActivitiesUsed);
    }

    [Fact]
    public void A_list_whose_expression_breaks_is_a_failure() =>
        Assert.Equal("expression.type", Started(ForEach("work", "done", "\"${{ input < 1 }}\"")).State.Failure!.Code);

    [Fact]
    public void An_input_that_does_not_render_is_a_failure_of_its_branch()
    {
        var strict = Started(ForEach("work", "done", "[1,\"a\"]", input: "\"${{ item < 5 }}\""));
        Assert.Equal("expression.type", strict.State.Failure!.Code);
        Assert.Equal("1", strict.State.Failure.Origin!.Branch);

        var lenient = Started(ForEach("work", "done", "[\"a\",1,\"b\"]", input: "\"${{ item < 5 }}\"", settlement: Any));
        Assert.Equal([1], lenient.Attempts.Keys);
        lenient.Succeed(1, "true");
        Assert.Equal("[true]", lenient.State.Output.ToString());
    }

    [Fact]
    public void Every_attempt_of_every_branch_is_taken_from_the_budget_before_it_is_made()
    {
        var workflow = Of(ForEach("work", "done", "[1,2,3]"), End()) with { Budget = new Budget(2, TimeSpan.FromHours(1)) };
        var run = new Scenario(workflow).Start();

        Assert.Equal(FailureCode.BudgetActivities, run.State.Failure!.Code);
        Assert.InRange(run.State.ActivitiesUsed, 0, 2);

        var one = new Scenario(workflow with { States = Of(ForEach("work", "done", "[1,2,3]", limit: 1), End()).States }).Start();
        one.Succeed(0, "1");
        one.Succeed(1, "2");
        Assert.Equal(FailureCode.BudgetActivities, one.State.Failure!.Code);
        Assert.Equal(2, one.State.ActivitiesUsed);
    }

    [Fact]
    public void Outputs_that_are_too_large_together_are_a_failure()
    {
        var run = Started(ForEach("work", "done", "[1,2,3]"));
        var big = $"\"{new string('x', RunLimits.PayloadBytes / 2)}\"";
        run.Succeed(0, big);
        run.Succeed(1, big);

        Assert.Equal(FailureCode.PayloadTooLarge, run.State.Failure!.Code);
    }

    [Fact]
    public void A_fan_out_without_an_applicable_next_fails_the_run()
    {
        var run = Started(ForEach("work", null, "[1]") with { Next = [To("done", "output.length > 5")] });
        run.Succeed(0, "1");

        Assert.Equal(FailureCode.NoTransition, run.State.Failure!.Code);
    }

    [Fact]
    public void A_takeover_keeps_every_branch_that_was_under_way()
    {
        var workflow = Of(ForEach("work", "done", "[1,2,3]", limit: 2), End());
        var run = new Scenario(workflow).Start();
        run.Succeed(0, "1");
        run = run.Reopened(workflow);
        run.Accept(new RunCommand.TakeOver(new Epoch(9)));

        Assert.Equal([1, 2], run.Attempts.Keys);
        run.Succeed(1, "2");
        run.Succeed(2, "3");
        Assert.Equal(RunStatus.Succeeded, run.State.Status);
    }

    [Fact]
    public void Some_branches_may_wait_for_a_decision_while_others_go_on()
    {
        var each = ForEach("pay", "done", "[1,2]");
        var run = Started(each with { Do = Once("pay") });
        run.Accept(new RunCommand.Intend(1, 0, 1, new Epoch(4)));
        run.Accept(new RunCommand.ReportFailure(1, 0, 1, new Failure(FailureClass.UnknownOutcome, FailureCode.UnknownOutcome, "lost")));
        Assert.Equal([1], run.Attempts.Keys);
        run.Succeed(1, "2");
        Assert.True(Parking.IsPossible(run.State, run.Now, out _));
        run.Accept(new RunCommand.Decide(1, 0, 1, new Verdict.Accept(Payload.Parse("1"))));

        Assert.Equal("[1,2]", run.State.Output.ToString());
    }

    private static Scenario Started(State first, params State[] others) =>
        new Scenario(Of([first, .. others, End(output: "\"${{ context.out }}\"")]) with
        {
            Context = [Save("list", "[1,2]"), Save("out", "null")],
            States = Of([Saving(first), .. others, End(output: "\"${{ context.out }}\"")]).States,
        }).Start("""{"n":5}""");

    private static State Saving(State state) =>
        state with { Save = state.Save.IsEmpty ? [Save("out", "\"${{ output }}\"")] : state.Save };

    private static string Compact(Payload payload) => payload.ToString().Replace(" ", "", StringComparison.Ordinal);
}
