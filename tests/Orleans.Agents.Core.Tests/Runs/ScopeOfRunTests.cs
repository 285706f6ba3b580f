using System.Collections.Immutable;
using Orleans.Agents.Budgets;
using Orleans.Agents.Expressions;
using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Schemas;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;
using static Orleans.Agents.Core.Tests.Runs.Flow;
using static Orleans.Agents.Core.Tests.Runs.Scenario;

namespace Orleans.Agents.Core.Tests.Runs;

/// <summary>What expressions see, and what each state leaves in the journal.</summary>
public sealed class ScopeOfRunTests
{
    private static readonly Schema Number =
        Schema.TryCompile(Payload.Parse("""{"type":"number"}"""), SchemaRegistry.Empty, out var schema, out _) ? schema : throw new FormatException();

    [Fact]
    public void An_expression_sees_everything_about_its_run()
    {
        var run = new Scenario(Of(Tool("a", "done", "\"${{ run }}\"") with { MaxVisits = 3 }, End()) with { Version = "1.2.0" }).Start();

        Assert.Equal(
            """{"id":"run-1","workflow":"test","version":"1.2.0","correlation_id":"00000000-0000-0000-0000-000000000000","started_at":"2030-01-01T12:00:00+00:00","state":"a","visit":1,"attempt":1,"cycle":{"current":1,"max":3,"remaining":2}}""",
            run.Attempt.Input.ToString());
    }

    [Fact]
    public void An_unbounded_cycle_says_so()
    {
        var run = new Scenario(Of(Tool("a", "done", "\"${{ run.cycle }}\""), End())).Start();

        Assert.Equal("""{"current":1,"max":null,"remaining":null}""", run.Attempt.Input.ToString());
    }

    [Fact]
    public void An_error_has_class_code_message_details_and_place()
    {
        var a = Tool("a", "done") with { Catch = [On("*", "rescue")] };
        var run = new Scenario(Of(a, Tool("rescue", "done", "\"${{ error }}\""), End())).Start()
            .Fail(Missing with { Details = Payload.Parse("""{"path":"x"}""") });

        Assert.Equal(
            """{"class":"permanent","code":"files.not_found","message":"missing","details":{"path":"x"},"state":"a","visit":1,"attempt":1}""",
            run.Attempt.Input.ToString());
    }

    [Fact]
    public void An_error_without_details_has_none() => Assert.Equal(
        """{"class":"permanent","code":"c","message":"m","details":null,"state":null,"visit":0,"attempt":0}""",
        RunScope.Describe(new Failure(FailureClass.Permanent, "c", "m")).ToString());

    [Fact]
    public void An_error_stays_in_scope_until_another_is_caught()
    {
        var workflow = Of(
            Tool("a", "done") with { Catch = [On("*", "b")] },
            Tool("b", "c"),
            Tool("c", "done", "\"${{ error.code }}\"") with { Catch = [On("*", "d")] },
            Tool("d", "done", "\"${{ error.code }}\""),
            End());
        var run = new Scenario(workflow).Start().Fail(Missing).Succeed();
        Assert.Equal("\"files.not_found\"", run.Attempt.Input.ToString());
        run.Fail(Busy);
        Assert.Equal("\"model.busy\"", run.Attempt.Input.ToString());
    }

    [Fact]
    public void The_context_begins_with_what_input_and_environment_make_of_it()
    {
        var workflow = Of(End(output: """["${{ context.n }}","${{ context.home }}","${{ env.HOME }}"]""")) with
        {
            Context = [Save("n", "\"${{ input.n }}\""), Save("home", "\"${{ env.HOME }}\"")],
        };
        var run = new Scenario(workflow);
        run.Accept(new RunCommand.Start(
            new RunId("run-1"), Guid.Empty, Payload.Parse("""{"n":1}"""), Env: Payload.Parse("""{"HOME":"/home/ada"}""")));

        Assert.Equal("""[1,"/home/ada","/home/ada"]""", run.State.Output.ToString());
    }

    [Fact]
    public void Every_state_leaves_its_steps_in_the_journal()
    {
        var workflow = Of(
            Pass("p", "w"),
            WaitUntil("w", "\"2030-01-01T12:00:00Z\"", "x"),
            WaitUntil("x", "\"soon\"", "done") with { Catch = [On("*", "f")] },
            Fail("f", "no", "\"No.\""),
            End());

        Assert.Equal(
            ["run.started", "+p", "-p", "+w", "-w", "+x", "-x", "+f", "!no"],
            new Scenario(workflow).Start().History.Select(Shown));
    }

    [Fact]
    public void An_end_is_a_state_like_any_other() =>
        Assert.Equal(["run.started", "+done", "."], new Scenario(Of(End())).Start().History.Select(Shown));

    [Fact]
    public void A_catch_may_name_several_patterns()
    {
        var a = Tool("a", "done") with { Catch = [new Catch(["timeout", "files.not_found"], "done", [])] };

        Assert.Equal(RunStatus.Succeeded, new Scenario(Of(a, End())).Start().Fail(Missing).State.Status);
    }

    [Theory]
    [InlineData("1", RunStatus.Succeeded)]
    [InlineData("\"one\"", RunStatus.Failed)]
    public void The_output_of_a_pass_and_of_an_end_satisfies_its_schema(string input, RunStatus status)
    {
        var pass = new Scenario(Of(Pass("p", "done", "\"${{ input }}\"") with { OutputSchema = Number }, End())).Start(input);
        var end = new Scenario(Of(End(output: "\"${{ input }}\"") with { OutputSchema = Number })).Start(input);

        Assert.All([pass, end], run => Assert.Equal(status, run.State.Status));
        Assert.All(
            new[] { pass, end }.Where(r => r.State.Failure is not null),
            run => Assert.Contains("does not satisfy its schema", run.State.Failure!.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_context_holds_so_much_in_all_and_no_more()
    {
        var quarter = Payload.FromText(new string('x', (RunLimits.ContextBytes / 4) - 2));
        var states = Enumerable.Range(0, 5).Select(i =>
            (State)(Tool($"s{i}", $"s{i + 1}") with { Save = [Save($"c{i}", "\"${{ output }}\"")] })).Append(End("s5"));
        var run = new Scenario(Of([.. states])).Start();
        for (var i = 1; i <= 5; i++)
        {
            Assert.Equal(RunStatus.Running, run.State.Status);
            run.Accept(new RunCommand.ReportSuccess(i, 0, 1, quarter));
        }

        Assert.Equal(FailureCode.ContextTooLarge, run.State.Failure!.Code);
        Assert.Contains($"at most {RunLimits.ContextBytes} are allowed", run.State.Failure.Message, StringComparison.Ordinal);
    }

    private static string Shown(RunEvent happened) => happened switch
    {
        RunEvent.StateEntered e => $"+{e.State}",
        RunEvent.StateLeft e => $"-{e.State}",
        RunEvent.Failed e => $"!{e.Failure.Code}",
        RunEvent.Succeeded => ".",
        RunEvent.Started => "run.started",
        _ => happened.GetType().Name,
    };

    [Fact]
    public void A_prompt_sees_how_far_its_cycle_has_come()
    {
        var agent = new Agent
        {
            Name = "reviewer",
            Model = "m",
            Prompt = Json("\"Review ${{ run.cycle.current }} of ${{ run.cycle.max }}, ${{ run.cycle.remaining }} left.\""),
        };
        var workflow = Of(
            new State.AgentCall("reviewer") { Name = "review", MaxVisits = 2, Next = [To("review", "run.cycle.remaining > 0"), To("done")] },
            End()) with
        {
            Agents = ImmutableSortedDictionary.Create<string, Agent>(StringComparer.Ordinal).Add("reviewer", agent),
        };
        var run = new Scenario(workflow).Start();
        run.Succeed();

        var scope = new Scope { Input = Payload.Null, Run = RunScope.Of(workflow, run.State).Run };
        Assert.True(Prompt.TryRender(agent, scope, out var prompt, out _));
        Assert.Equal("Review 2 of 2, 0 left.", prompt.Question);
    }
}
