using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Orleans.Agents.Budgets;
using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;
using static Orleans.Agents.Core.Tests.Runs.Flow;
using static Orleans.Agents.Core.Tests.Runs.Scenario;

namespace Orleans.Agents.Core.Tests.Runs;

/// <summary>What is set aside before a call, and what becomes of it.</summary>
public sealed class BudgetTests
{
    // 10 bytes are asked at most, which with what a model adds of its own and the answer comes to 174 tokens.
    private const long Needed = 10 + Estimate.MarkTokens + 100;

    private static readonly Agent Writer = new()
    {
        Name = "writer",
        Model = "m",
        MaxOutputTokens = 100,
        Price = new Price(3, 15),
        Prompt = Json("\"0123456789\""),
    };

    private static readonly Workflow Other = Of(Tool("work", "done"), End()) with { Name = "child", Hash = "child-hash" };

    [Fact]
    public void What_a_call_may_use_is_set_aside_before_it_and_replaced_by_what_it_did_use()
    {
        var run = new Scenario(Asking(1_000, Ask("a", "done"), End())).Start();

        Assert.Equal(new Cost(Tokens: Needed, MicroUsd: (74 * 3) + (100 * 15)), run.State.Books!.Reserved);

        run.Accept(new RunCommand.ReportSuccess(1, 0, 1, Payload.Null, new Usage("m", 5, 7, 120)));

        Assert.Equal(new Books(Settled: new Cost(Tokens: 12, MicroUsd: 120)), run.State.Books);
    }

    [Fact]
    public void Budgets_that_only_count_after_the_call()
    {
        // The breakage elsewhere: three calls each fit alone, together they do not, and all three are made.
        var run = new Scenario(Asking((2 * Needed) + 20, Race("three", "done", 3), End())).Start();

        Assert.Equal([0, 1], run.Attempts.Keys);
        run.Accept(new RunCommand.ReportSuccess(1, 0, 1, Payload.Null, new Usage("m", 1, 1)));
        Assert.Equal([1, 2], run.Attempts.Keys);
        run.Accept(new RunCommand.ReportSuccess(1, 1, 1, Payload.Null, new Usage("m", 5, 5)));
        run.Accept(new RunCommand.ReportSuccess(1, 2, 1, Payload.Null, new Usage("m", 5, 5)));

        Assert.Equal(RunStatus.Succeeded, run.State.Status);
        Assert.Equal(22, run.State.Books!.Settled!.Tokens);
    }

    [Fact]
    public void A_branch_that_does_not_fit_alone_fails_the_state()
    {
        var run = new Scenario(Asking(Needed + 20, Race("two", "done", 2), End())).Start();
        run.Accept(new RunCommand.ReportSuccess(1, 0, 1, Payload.Null, new Usage("m", 20, 10)));

        Assert.Equal(FailureCode.BudgetTokens, run.State.Failure!.Code);
        Assert.Equal(
            $$"""{"limit":{{Needed + 20}},"reserved":0,"settled":30,"lost":0,"needed":{{Needed}}}""",
            run.State.Failure.Details.ToString());
    }

    [Fact]
    public void A_call_that_costs_more_than_is_left_is_not_made_and_may_be_caught()
    {
        var run = new Scenario(Asking(
            10_000,
            Ask("a", "b"),
            Ask("b", "done") with { Catch = [On("budget.cost_usd", "done")] },
            End(output: "\"${{ error.details.needed }}\"")) with
        {
            Budget = Budget.Default with { MicroUsd = 2_000 },
        }).Start();
        run.Accept(new RunCommand.ReportSuccess(1, 0, 1, Payload.Null, new Usage("m", 5, 5, 1_000)));

        Assert.Equal("1722", run.State.Output.ToString());
    }

    [Fact]
    public void The_budget_may_name_the_state_that_comes_when_it_is_exceeded_once()
    {
        var run = new Scenario(Asking(Needed, Ask("a", "b"), Ask("b", "done"), Ask("enough", "done"), End()) with
        {
            Budget = Budget.Default with { Tokens = Needed, Exceeded = "enough" },
        }).Start();
        run.Accept(new RunCommand.ReportSuccess(1, 0, 1, Payload.Null, new Usage("m", 5, 5)));

        Assert.Equal(1, run.State.Visits["enough"]);
        Assert.Equal((FailureCode.BudgetTokens, "enough"), (run.State.Failure!.Code, run.State.Failure.Origin!.State));
    }

    [Fact]
    public void What_a_lost_process_had_under_way_is_charged_and_set_aside_again()
    {
        var run = new Scenario(Asking(1_000, Ask("a", "done"), End())).Start();
        run.Accept(new RunCommand.TakeOver(new Epoch(5)));

        Assert.Equal((Needed, Needed), (run.State.Books!.Reserved!.Tokens, run.State.Books.Lost!.Tokens));
        Assert.Single(run.Outstanding);
        run.Accept(new RunCommand.ReportSuccess(1, 0, 1, Payload.Null, new Usage("m", 5, 5)));
        Assert.Equal((10, Needed), (run.State.Books.Settled!.Tokens, run.State.Books.Lost!.Tokens));
    }

    [Fact]
    public void What_was_put_down_had_nothing_under_way()
    {
        var run = new Scenario(Asking(1_000, Ask("a", "done"), End())).Start();
        run.Accept(new RunCommand.TakeOver(new Epoch(5), WasPutDown: true));

        Assert.Null(run.State.Books!.Lost);
    }

    [Fact]
    public void An_attempt_that_cannot_be_paid_for_twice_is_not_made_twice()
    {
        var run = new Scenario(Asking(Needed + 20, Ask("a", "done"), End())).Start();
        run.Accept(new RunCommand.TakeOver(new Epoch(5)));

        Assert.Equal(FailureCode.BudgetTokens, run.State.Failure!.Code);
        Assert.Equal(new Books(Lost: new Cost(Tokens: Needed, MicroUsd: 1_722)), run.State.Books);
    }

    [Fact]
    public void A_failed_call_settles_what_it_says_and_loses_what_nobody_knows()
    {
        var run = new Scenario(Asking(10_000, Ask("a", "done") with { Retry = Thrice }, End())).Start();
        run.Accept(new RunCommand.ReportFailure(1, 0, 1, Busy, new Usage("m", 3, 4, 5)));
        Assert.Equal((7, Needed), (run.State.Books!.Settled!.Tokens, run.State.Books.Reserved!.Tokens));
        run.After(TimeSpan.FromSeconds(1)).Accept(new RunCommand.ReportFailure(1, 0, 2, Busy));

        Assert.Equal((7, Needed, Needed), (run.State.Books.Settled!.Tokens, run.State.Books.Lost!.Tokens, run.State.Books.Reserved!.Tokens));
    }

    [Fact]
    public void A_loser_settles_late_as_long_as_the_run_goes_on()
    {
        var run = new Scenario(Asking(10_000, Race("any", "after", 2, new Settlement(Quorum: 1)), Tool("after", "done"), End())).Start();
        run.Accept(new RunCommand.ReportSuccess(1, 0, 1, Payload.Null, new Usage("m", 1, 1, 1)));
        Assert.Equal(Needed, run.State.Books!.Reserved!.Tokens);
        Assert.True(Assert.Single(run.State.Unsettled!).IsLoser);

        Assert.IsType<RunEvent.LateResult>(Assert.Single(
            run.Accept(new RunCommand.ReportSuccess(1, 1, 1, Payload.Null, new Usage("m", 2, 2, 2)))));

        Assert.Equal(new Books(Settled: new Cost(Tokens: 6, MicroUsd: 3)), run.State.Books);
    }

    [Fact]
    public void A_loser_that_has_not_told_by_the_end_is_lost_and_does_not_hold_it_up()
    {
        var run = new Scenario(Asking(10_000, Race("any", "done", 2, new Settlement(Quorum: 1)), End())).Start();
        run.Accept(new RunCommand.ReportSuccess(1, 0, 1, Payload.Null, new Usage("m", 1, 1, 1)));

        Assert.Equal(RunStatus.Succeeded, run.State.Status);
        Assert.Equal((2, Needed, null), (run.State.Books!.Settled!.Tokens, run.State.Books.Lost!.Tokens, run.State.Books.Reserved));
    }

    [Fact]
    public void An_attempt_that_was_still_to_be_made_when_the_run_was_cancelled_costs_nothing()
    {
        var run = new Scenario(Asking(10_000, Ask("a", "done") with { Retry = Thrice }, End())).Start();
        run.Accept(new RunCommand.ReportFailure(1, 0, 1, Busy, Usage.None));
        run.Accept(new RunCommand.Cancel());

        Assert.Null(run.State.Books);
    }

    [Fact]
    public void A_child_gets_what_is_declared_and_its_rest_comes_back()
    {
        var asks = Child("ask", "after") with { Budget = new Cost(Activities: 5, Tokens: 300) };
        var run = new Scenario(Calling(Other, asks, Tool("after", "done"), End()) with { Budget = Budget.Default with { Tokens = 1_000 } }).Start();

        var child = Assert.Single(Assert.IsType<Decision.Accepted>(run.Tell(new RunCommand.StartChild(1, 0, 1))).Children);

        Assert.Equal((5, 300), (child.Allotted!.Activities, child.Allotted.Tokens));
        Assert.Equal(child.Allotted, run.State.Books!.Reserved);
        var spent = new Books(Settled: new Cost(Activities: 2, Tokens: 40), Lost: new Cost(Tokens: 9));
        run.Accept(new RunCommand.ReportChild(1, 0, 1, Payload.Null, Spent: spent));
        Assert.Equal(spent, run.State.Books);
    }

    [Fact]
    public void Children_get_equal_shares_and_one_stays_with_the_run()
    {
        var each = new State.ForEach(Child("ask") with { Input = null }, new Items(Json("[1,2,3]"), "item"), Settlement.All)
        {
            Name = "all",
            Next = [To("done")],
        };
        var run = new Scenario(Calling(Other, each, End()) with { Budget = new Budget(103, TimeSpan.FromHours(4), Tokens: 400) }).Start();
        var children = Enumerable.Range(0, 3)
            .Select(branch => Assert.IsType<Decision.Accepted>(run.Tell(new RunCommand.StartChild(1, branch, 1))).Children[0])
            .ToArray();

        Assert.All(children, child => Assert.Equal(
            (25L, 100L, TimeSpan.FromHours(1)), (child.Allotted!.Activities!.Value, child.Allotted.Tokens!.Value, child.Allotted.Time!.Value)));
        Assert.Equal(300, run.State.Books!.Reserved!.Tokens);
    }

    [Fact]
    public void A_child_that_is_to_get_more_than_is_left_is_not_started()
    {
        var asks = Child("ask", "done") with { Budget = new Cost(Tokens: 5_000) };
        var run = new Scenario(Calling(Other, asks, End()) with { Budget = Budget.Default with { Tokens = 1_000 } }).Start();

        Assert.Empty(Assert.IsType<Decision.Accepted>(run.Tell(new RunCommand.StartChild(1, 0, 1))).Children);
        Assert.Equal(FailureCode.BudgetTokens, run.State.Failure!.Code);
    }

    [Fact]
    public void What_is_handed_to_a_launched_run_is_spent_at_once()
    {
        var launch = new State.Launch("child") { Name = "go", Next = [To("after")], Budget = new Cost(Tokens: 300, Activities: 7) };
        var run = new Scenario(Calling(Other, launch, Tool("after", "done"), End()) with
        {
            Budget = Budget.Default with { Tokens = 1_000 },
        }).Start();

        var launched = Assert.Single(Assert.IsType<Decision.Accepted>(run.Tell(new RunCommand.StartChild(1, 0, 1))).Children);

        Assert.Equal((300, 7), (launched.Allotted!.Tokens, launched.Allotted.Activities));
        Assert.Equal((300, 7, null), (run.State.Books!.Settled!.Tokens, run.State.Books.Settled.Activities, run.State.Books.Reserved));
        Assert.Equal(700, RunBudget.Free(run.State).Tokens);
    }

    [Fact]
    public void A_run_that_began_before_there_were_books_keeps_none()
    {
        var run = new Scenario(Asking(Needed - 1, Ask("a", "done"), End()));
        run.Accept(new RunCommand.Start(new RunId("run-1"), Guid.Empty, Payload.Null, KeepsBooks: false));
        run.Accept(new RunCommand.ReportSuccess(1, 0, 1, Payload.Null, new Usage("m", 5, 5)));

        Assert.Equal(RunStatus.Succeeded, run.State.Status);
        Assert.Null(run.State.Books);
    }

    [Theory]
    [InlineData("0.5", "0.25", 3, 5, 3)]
    [InlineData("3", "15", 1_000_000, 100, 3_001_500)]
    [InlineData("1000000", "1000000", long.MaxValue, long.MaxValue, 2_000_000_000_000_000_000)]
    public void A_price_is_exact_and_rounds_up(string input, string output, long read, long written, long expected) =>
        Assert.Equal(
            expected,
            new Price(decimal.Parse(input, CultureInfo.InvariantCulture), decimal.Parse(output, CultureInfo.InvariantCulture)).Of(read, written));

    [Fact]
    public void A_usage_that_cannot_be_true_breaks_nothing()
    {
        var run = new Scenario(Asking(1_000, Ask("a", "b"), Ask("b", "done"), End())).Start();
        run.Accept(new RunCommand.ReportSuccess(1, 0, 1, Payload.Null, new Usage("m", long.MaxValue, -5, long.MaxValue)));

        Assert.Equal(FailureCode.BudgetTokens, run.State.Failure!.Code);
        Assert.Equal(Usage.MostTokens, run.State.Books!.Settled!.Tokens);
        Assert.NotEmpty(JsonSerializer.Serialize(run.State.Books.Settled));
    }

    private static Workflow Asking(long tokens, params State[] states) => Of(states) with
    {
        Agents = ImmutableSortedDictionary.Create<string, Agent>(StringComparer.Ordinal).Add("writer", Writer),
        Budget = Budget.Default with { Tokens = tokens },
    };

    private static State.AgentCall Ask(string name, string? next = null) => new("writer")
    {
        Name = name,
        Next = next is null ? [] : [To(next)],
    };

    private static State.Parallel Race(string name, string next, int branches, Settlement? settlement = null) => new(
        [.. Enumerable.Range(0, branches).Select(i => new Branch($"b{i}", Ask($"{name}.b{i}")))], settlement ?? Settlement.All)
    {
        Name = name,
        Next = [To(next)],
    };
}
