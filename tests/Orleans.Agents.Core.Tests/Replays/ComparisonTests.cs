using Orleans.Agents.Core.Tests.Runs;
using Orleans.Agents.Replays;
using Orleans.Agents.Runs;
using Orleans.Agents.Schemas;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;
using static Orleans.Agents.Core.Tests.Runs.Flow;

namespace Orleans.Agents.Core.Tests.Replays;

/// <summary>A run decided by another definition, with the results that were recorded.</summary>
public sealed class ComparisonTests
{
    private static readonly Workflow Steps = Of(
        Tool("a", "b") with { Save = [Save("x", "\"${{ output }}\"")] },
        Tool("b", "done") with { Retry = Thrice, Save = [Save("y", "\"${{ output }}\"")] },
        End(output: "\"${{ context }}\""));

    public static TheoryData<string> Histories() => [.. GoldenHistory.Names];

    [Theory]
    [MemberData(nameof(Histories))]
    public void A_definition_that_says_the_same_leads_to_the_same(string name)
    {
        var pinned = GoldenHistory.DefinitionOf(name);
        var comparison = new Comparison(pinned, pinned with { Hash = "other", Version = "2.0.0" });
        var run = new Replay(pinned);
        foreach (var (at, events) in GoldenHistory.Read(name))
        {
            Assert.True(comparison.Take(events, at));
            run.Take(events, at);
        }

        var compared = comparison.Finish();

        Assert.True(compared.Difference is null, $"{name}: {compared.Difference}");
        Assert.Equal((null, null, 0), (compared.Replayed, compared.Refusal, compared.Unused));
        Assert.Equal(run.State.Version, compared.Same);
        Assert.Equal(run.State.Open.Count, compared.Missing.Length);
    }

    [Fact]
    public void The_first_fact_that_comes_out_differently_is_named_and_the_run_goes_on_with_what_is_recorded()
    {
        var other = Changed("a", a => a with { Save = [Save("x", "\"${{ output + 1 }}\"")] });

        var compared = Compare(new Scenario(Steps).Start().Succeed("1").Succeed("2"), other);

        Assert.Equal(("/saved/x", 4, 3), (compared.Difference!.Field, compared.Difference.Version, compared.Same));
        Assert.Equal((Payload.Parse("1"), Payload.Parse("2")), (compared.Difference.Recorded, compared.Difference.Decided));
        Assert.Equal("""{"x":2,"y":2}""", compared.State.Output.ToString());
        Assert.Empty(compared.Missing);
    }

    [Fact]
    public void It_is_told_of_which_attempts_no_result_is_recorded()
    {
        var other = Changed("b", b => b with { Next = [To("check")] }, Tool("check", "done"));

        var compared = Compare(new Scenario(Steps).Start().Succeed("1").Succeed("2"), other);

        Assert.Equal(("state.entered", "/state"), (compared.Difference!.RecordedType, compared.Difference.Field));
        Assert.Equal(new MissingResult("check", 1, "", 1), Assert.Single(compared.Missing));
        Assert.Equal("check", compared.State.State);
    }

    [Fact]
    public void Results_are_found_by_the_visit_of_their_state_although_other_states_come_before_it()
    {
        var other = Changed("a", a => a with { Next = [To("think")] }, Pass("think", "rest"), Wait("rest", TimeSpan.FromHours(1), "b"));

        var compared = Compare(new Scenario(Steps).Start().Succeed("1").Fail(Scenario.Busy).After(TimeSpan.FromSeconds(1)).Succeed("2"), other);

        Assert.Equal("""{"x":1,"y":2}""", compared.State.Output.ToString());
        Assert.Equal(0, compared.Unused);
    }

    [Fact]
    public void Results_that_are_not_asked_for_are_counted()
    {
        var other = Changed("b", b => b with { Retry = RetryRule.Never, Catch = [On("*", "done")] });

        var compared = Compare(new Scenario(Steps).Start().Succeed("1").Fail(Scenario.Busy).After(TimeSpan.FromSeconds(1)).Succeed("2"), other);

        Assert.Equal("""{"x":1}""", compared.State.Output.ToString());
        Assert.Equal(1, compared.Unused);
    }

    [Fact]
    public void Results_of_branches_are_found_by_their_names()
    {
        var was = Of(
            Parallel("both", "done", Settlement.All, ("a", null), ("b", null)) with { Save = [Save("all", "\"${{ output }}\"")] },
            End(output: "\"${{ context.all }}\""));
        var run = new Scenario(was).Start();
        run.Succeed(0, "1");
        run.Succeed(1, "2");
        var other = Of(
            Parallel("both", "done", Settlement.All, ("0", null), ("a", null), ("b", null)) with { Save = [Save("all", "\"${{ output }}\"")] },
            End(output: "\"${{ context.all }}\""));

        var compared = Compare(run, other, was);

        Assert.Equal(new MissingResult("both", 1, "0", 1), Assert.Single(compared.Missing));
        Assert.Equal(2, compared.State.FanOut!.Succeeded);
    }

    [Fact]
    public void A_child_begins_and_what_it_ended_with_is_taken_from_the_journal()
    {
        var leaf = Of(Tool("work", "done"), End()) with { Name = "child", Hash = "child-hash" };
        var was = Calling(leaf, Child("ask", "done") with { Save = [Save("x", "\"${{ output }}\"")] }, End(output: "\"${{ context.x }}\""));
        var run = new Scenario(was).Start();
        run.Accept(new RunCommand.StartChild(1, 0, 1));
        run.Accept(new RunCommand.ReportChild(1, 0, 1, Payload.Parse("7")));
        var other = was with
        {
            States = was.States.SetItem("ask", was.States["ask"] with { Next = [To("again")] }).Add("again", Child("again", "done")),
        };

        var compared = Compare(run, other, was);

        Assert.Equal(new MissingResult("again", 1, "", 1), Assert.Single(compared.Missing));
        Assert.Equal("run-1~2.0", compared.State.Open[0].Child);
    }

    [Fact]
    public void A_definition_that_would_not_begin_such_a_run_is_told()
    {
        Assert.True(Schema.TryCompile(Payload.Parse("""{"type":"string"}"""), SchemaRegistry.Empty, out var text, out _));

        var compared = Compare(new Scenario(Steps).Start("{}").Succeed("1"), Steps with { InputSchema = text });

        Assert.Contains("schema", compared.Refusal, StringComparison.Ordinal);
        Assert.Null(compared.Difference);
    }

    [Fact]
    public void A_journal_that_its_own_definition_does_not_lead_to_is_not_compared()
    {
        var comparison = new Comparison(Steps, Steps);

        Assert.False(comparison.Take([new RunEvent.ActivityFailed(1, 0, 1, Scenario.Busy)], Scenario.Noon));

        Assert.NotNull(comparison.Finish().Replayed);
    }

    private static ComparisonResult Compare(Scenario run, Workflow other, Workflow? pinned = null)
    {
        var comparison = new Comparison(pinned ?? Steps, other with { Hash = "other" });
        foreach (var (at, events) in run.Appends)
        {
            Assert.True(comparison.Take(events, at));
        }

        return comparison.Finish();
    }

    private static Workflow Changed(string name, Func<State, State> change, params State[] more) => Steps with
    {
        States = Steps.States.SetItem(name, change(Steps.States[name])).AddRange(more.Select(state => KeyValuePair.Create(state.Name, state))),
    };
}
