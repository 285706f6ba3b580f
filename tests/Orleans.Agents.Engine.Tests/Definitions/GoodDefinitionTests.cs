using Orleans.Agents.Definitions;
using Orleans.Agents.Failures;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Engine.Tests.Definitions;

public sealed class GoodDefinitionTests
{
    internal static readonly DefinitionText[] Report =
    [
        new("report.yaml", File.ReadAllText(Path.Combine(Samples.Folder, "Good", "report.yaml"))),
        new("answers/planner.yaml", File.ReadAllText(Path.Combine(Samples.Folder, "Good", "planner-answers.yaml"))),
    ];

    [Fact]
    public void A_definition_that_uses_everything_loads_without_a_remark()
    {
        var result = DefinitionLoader.LoadTexts(Report, Samples.Host, new LoadOptions(Strict: true));

        Assert.Empty(Samples.Lines(result));
        Assert.Equal("report", Assert.Single(result.Definitions).Key);
    }

    [Fact]
    public void A_workflow_is_what_its_author_wrote()
    {
        var workflow = LoadReport().Workflow;

        Assert.Equal("1.2.0", workflow.Version);
        Assert.Equal("gather", workflow.Start);
        Assert.Equal(new Budget(60, TimeSpan.FromMinutes(10)), workflow.Budget);
        Assert.Equal(TimeSpan.FromDays(7), workflow.Deadline);
        Assert.Equal(["home", "round"], workflow.Context.Select(a => a.Name));
        Assert.False(workflow.InputSchema!.Validate(Values.Payload.EmptyObject).IsValid);
        Assert.Equal(["HOME"], workflow.Policy.Env.ToArray());
        Assert.Single(workflow.Policy.Read);
        Assert.Single(workflow.Policy.Write);
    }

    [Fact]
    public void States_are_what_their_author_wrote()
    {
        var states = LoadReport().Workflow.States;

        var plan = Assert.IsType<State.AgentCall>(states["plan"]);
        Assert.Equal("planner", plan.Agent);
        Assert.Equal(TimeSpan.FromSeconds(60), plan.Timeout);
        Assert.Equal(["refused", "failed"], plan.Catch.Select(c => c.To));
        Assert.Equal(["model.content_filtered", "tool.*"], plan.Catch[0].On.ToArray());
        Assert.Equal("problem", Assert.Single(plan.Catch[0].Save).Name);
        Assert.NotNull(plan.OutputSchema);
        Assert.Equal(TimeSpan.FromMinutes(90), Assert.IsType<State.Wait>(states["pause"]).Duration);
        Assert.NotNull(Assert.IsType<State.Wait>(states["appointment"]).Until);
        Assert.Equal(3, Assert.IsType<State.Pass>(states["count"]).MaxVisits);
        Assert.Equal(["count", "done", "refused"], states["count"].Next.Select(n => n.To));
        Assert.Null(states["count"].Next[2].When);
        Assert.Equal("planning_failed", Assert.IsType<State.Fail>(states["failed"]).Code);
        Assert.IsType<State.End>(states["done"]);
    }

    [Fact]
    public void A_retry_rule_takes_what_it_leaves_out_from_the_policy_and_then_from_the_shipped_one()
    {
        var states = LoadReport().Workflow.States;

        var own = states["plan"].Retry;
        Assert.Equal((4, 0.5m), (own.Attempts, own.Jitter));
        Assert.Equal(["model.rate_limited", "transient"], own.On.ToArray());
        var policy = states["gather"].Retry;
        Assert.Equal((5, 0.2m), (policy.Attempts, policy.Jitter));
        Assert.Equal(TimeSpan.FromSeconds(1), policy.Backoff);
        Assert.Same(RetryRule.Never, states["pause"].Retry);
    }

    [Fact]
    public void An_agent_is_what_its_author_wrote()
    {
        var agent = Assert.Single(LoadReport().Workflow.Agents).Value;

        Assert.Equal(("offline", 0.2m, 500), (agent.Model, agent.Temperature, agent.MaxOutputTokens));
        Assert.NotNull(agent.Instructions);
        Assert.NotNull(agent.Prompt);
        Assert.NotNull(agent.InputSchema);
        Assert.Equal(2, agent.Answers.Length);
        var failure = agent.Answers[0].Fail!;
        Assert.Equal((FailureClass.Transient, "model.rate_limited"), (failure.Class, failure.Code));
        Assert.Equal(TimeSpan.FromSeconds(2), failure.RetryAfter);
        Assert.NotNull(agent.Answers[0].When);
        Assert.Null(agent.Answers[1].When);
    }

    [Fact]
    public void A_model_is_told_its_output_schema_with_the_schemas_it_refers_to() => Assert.Equal(
        """{"properties":{"tasks":{"items":{"$ref":"#/$defs/task"},"type":"array"}},"type":"object","""
        + """ "$defs":{"task":{"required":["title"],"type":"object"}}}""".TrimStart(),
        LoadReport().Workflow.Agents["planner"].OutputSchemaDocument.ToString());

    [Fact]
    public void The_names_of_comprehensions_are_in_scope_inside_them() => Assert.Equal(
        [],
        Samples.Lines(Samples.Load(
            Samples.Workflow("""
                  context: { tasks: [ { title: a } ] }
                  start: done
                  states:
                    done: { end: "${{ context.tasks.filter(t, t.title != 'b').map(t, t.title) }}" }
                """),
            strict: true)));

    [Fact]
    public void A_schema_with_definitions_of_its_own_keeps_them_when_it_is_told_to_a_model()
    {
        var text = Report[0].Text.Replace(
            "  properties:\n    tasks: {",
            "  $defs: { own: { $ref: task } }\n  properties:\n    other: { $ref: '#/$defs/own' }\n    tasks: {",
            StringComparison.Ordinal);

        var result = DefinitionLoader.LoadTexts(
            [new DefinitionText("report.yaml", text), Report[1]], Samples.Host, LoadOptions.Lenient);

        Assert.Equal(
            """{"own":{"$ref":"#/$defs/task"},"task":{"required":["title"],"type":"object"}}""",
            System.Text.Json.Nodes.JsonNode.Parse(
                result.Definitions["report"].Workflow.Agents["planner"].OutputSchemaDocument.ToString()!)!["$defs"]!
                .ToJsonString());
    }

    [Fact]
    public void Documents_are_listed_with_what_they_say_about_themselves()
    {
        var documents = DefinitionLoader.LoadTexts(Report, Samples.Host, LoadOptions.Lenient).Documents;

        Assert.Equal(["report", "planner", "plan", "task", "house"], documents.Select(d => d.Name));
        Assert.Equal("Reports on a folder.", documents[0].Description);
        Assert.Equal("search", documents[0].Labels["team"]);
        Assert.Equal(("report.yaml", 61), (documents[1].File, documents[1].Line));
    }

    [Fact]
    public void The_example_of_the_design_lacks_nothing()
    {
        var text = File.ReadAllText(Path.Combine(Samples.Folder, "Good", "design.yaml"));

        var result = Samples.Load(text);

        Assert.DoesNotContain(result.Diagnostics, d => d.Severity is DiagnosticSeverity.Error);
    }

    [Fact]
    public void The_same_texts_give_the_same_diagnostics_and_the_same_bytes()
    {
        var first = DefinitionLoader.LoadTexts(Report, Samples.Host, LoadOptions.Lenient);
        var second = DefinitionLoader.LoadTexts(Report, Samples.Host, LoadOptions.Lenient);

        Assert.Equal(first.Diagnostics, second.Diagnostics);
        Assert.True(first.Definitions["report"].Closure.Span.SequenceEqual(second.Definitions["report"].Closure.Span));
    }

    internal static Definition LoadReport()
    {
        var result = DefinitionLoader.LoadTexts(Report, Samples.Host, LoadOptions.Lenient);
        Assert.Empty(Samples.Lines(result));
        return result.Definitions["report"];
    }
}
