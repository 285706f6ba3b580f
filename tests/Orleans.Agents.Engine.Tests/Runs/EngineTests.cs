using Orleans.Agents.Failures;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;

namespace Orleans.Agents.Engine.Tests.Runs;

/// <summary>Whole runs on the embedded host, in memory.</summary>
public sealed class EngineTests
{
    private const string TwoSteps = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          input: { type: object, properties: { n: { type: integer } } }
          start: ask
          states:
            ask:
              agent: thinker
              input:
                n: ${{ input.n }}
              retry: { attempts: 3, backoff: 1ms, on: [transient] }
              save: { thought: "${{ output.thought }}" }
              next: count
            count:
              tool: text.count
              input:
                text: ${{ context.thought }}
              save: { words: "${{ output.words }}" }
              next: done
            done:
              end: { thought: "${{ context.thought }}", words: "${{ context.words }}" }
        ---
        apiVersion: orleans.agents/v1
        kind: Agent
        metadata: { name: thinker }
        spec:
          model: scripted
          instructions: Think.
          output: { schema: { type: object, required: [thought], properties: { thought: { type: string } } } }
        """;

    private static readonly Failure Slow = new(FailureClass.Transient, "model.rate_limited", "slow down");

    [Fact]
    public async Task A_run_asks_agents_calls_tools_and_ends_with_its_output()
    {
        await using var house = await House.OpenAsync(new MemoryStore(), TwoSteps);
        house.Model.Answers("thinker", """{"thought":"to be or not"}""");

        var state = await house.RunAsync("""{"n":1}""");

        Assert.Equal(RunStatus.Succeeded, state.Status);
        Assert.Equal("""{"thought":"to be or not","words":4}""", state.Output.ToString());
    }

    [Fact]
    public async Task A_busy_model_is_asked_again_in_another_attempt_at_the_same_activity()
    {
        await using var house = await House.OpenAsync(new MemoryStore(), TwoSteps);
        house.Model.Fails("thinker", Slow).Answers("thinker", "not json").Answers("thinker", """{"thought":"x"}""");

        var state = await house.RunAsync();

        Assert.Equal(RunStatus.Succeeded, state.Status);
        Assert.Equal([1, 2, 3], house.Model.Asked.Select(a => a.Attempt));
        Assert.Single(house.Model.Asked.Select(a => a.Activity).Distinct());
    }

    [Fact]
    public async Task An_answer_that_breaks_the_schema_is_a_failure_that_says_so()
    {
        await using var house = await House.OpenAsync(new MemoryStore(), TwoSteps);
        house.Model.Answers("thinker", "{}").Answers("thinker", "{}").Answers("thinker", "{}");

        var state = await house.RunAsync();

        Assert.Equal(FailureCode.OutputInvalid, state.Failure!.Code);
        Assert.Contains("thought", state.Failure.Message, StringComparison.Ordinal);
        Assert.Equal(new FailureOrigin(state.Origin!.Run, "ask", 1, 3), state.Failure.Origin);
    }

    [Fact]
    public async Task An_input_that_breaks_the_schema_starts_nothing()
    {
        await using var house = await House.OpenAsync(new MemoryStore(), TwoSteps);

        var refused = await house.Engine.StartRunAsync(new StartRequest("test", Payload.Parse("""{"n":"one"}""")));

        Assert.Equal(FailureCode.InputInvalid, Assert.IsType<StartResult.Refused>(refused).Failure.Code);
        Assert.Empty(await house.Engine.ListAsync(new RunQuery()));
    }

    [Fact]
    public async Task A_workflow_nobody_published_starts_nothing()
    {
        await using var house = await House.OpenAsync(new MemoryStore());

        var refused = await house.Engine.StartRunAsync(new StartRequest("test", Payload.Null));

        Assert.Equal("workflow.unknown", Assert.IsType<StartResult.Refused>(refused).Failure.Code);
    }

    [Fact]
    public async Task The_same_key_is_the_same_run()
    {
        await using var house = await House.OpenAsync(new MemoryStore(), TwoSteps);
        house.Model.Answers("thinker", """{"thought":"x"}""");
        var first = await house.StartAsync(key: "order-1");
        await house.EndAsync(first);

        var again = await house.Engine.StartRunAsync(new StartRequest("test", Payload.Parse("{}"), "order-1"));

        Assert.Equal(new StartResult.Started(first, IsNew: false), again);
        Assert.Single(house.Model.Asked);
    }

    [Fact]
    public async Task Of_many_starts_with_one_key_one_starts_the_run()
    {
        await using var house = await House.OpenAsync(new MemoryStore(), TwoSteps);
        house.Model.Answers("thinker", """{"thought":"x"}""");

        var starts = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ =>
            house.Engine.StartRunAsync(new StartRequest("test", Payload.Parse("{}"), "order-1"))));

        Assert.Single(starts.Cast<StartResult.Started>(), s => s.IsNew);
        Assert.Single(starts.Cast<StartResult.Started>().Select(s => s.Run).Distinct());
    }

    [Fact]
    public async Task One_key_for_two_things_is_refused()
    {
        await using var house = await House.OpenAsync(new MemoryStore(), TwoSteps);
        house.Model.Answers("thinker", """{"thought":"x"}""");
        await house.StartAsync(key: "order-1");

        var refused = await house.Engine.StartRunAsync(new StartRequest("test", Payload.Parse("""{"n":2}"""), "order-1"));

        Assert.Equal("run.key_conflict", Assert.IsType<StartResult.Refused>(refused).Failure.Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Run 1")]
    [InlineData("../run")]
    public async Task A_name_that_names_no_run_is_refused(string name)
    {
        await using var house = await House.OpenAsync(new MemoryStore(), TwoSteps);

        var refused = await house.Engine.StartRunAsync(new StartRequest("test", Payload.Parse("{}"), Run: new RunId(name)));

        Assert.Equal("run.name_invalid", Assert.IsType<StartResult.Refused>(refused).Failure.Code);
    }

    [Fact]
    public async Task A_follower_sees_every_append_once_and_in_order()
    {
        await using var house = await House.OpenAsync(new MemoryStore(), TwoSteps);
        house.Model.Fails("thinker", Slow).Answers("thinker", """{"thought":"x"}""");
        List<RunAppend> seen = [];
        house.Engine.Follow((_, append) => seen.Add(append));

        var run = await house.StartAsync();
        await house.EndAsync(run);

        var stored = await house.Engine.ReadEventsAsync(run);
        Assert.Equal(stored.Select(a => a.Version), seen.Select(a => a.Version));
        Assert.Equal(stored.Sum(a => a.Events.Length), seen.Sum(a => a.Events.Length));
    }

    [Fact]
    public async Task A_listener_is_told_how_far_a_run_has_come_with_each_append()
    {
        await using var house = await House.OpenAsync(new MemoryStore(), TwoSteps);
        house.Model.Answers("thinker", """{"thought":"x"}""");
        List<(RunId Run, long Version)> told = [];
        house.Engine.Listen((of, version) => told.Add((of, version)));

        var run = await house.StartAsync();
        await house.EndAsync(run);

        Assert.Equal((await house.Engine.ReadEventsAsync(run)).Select(append => (run, append.Version)), told);
        Assert.False(house.Engine.Carries(run));
    }

    [Fact]
    public async Task A_step_is_one_append()
    {
        await using var house = await House.OpenAsync(new MemoryStore(), TwoSteps);
        house.Model.Answers("thinker", """{"thought":"x"}""");

        var run = await house.StartAsync();
        await house.EndAsync(run);

        Assert.Equal(3, (await house.Engine.ReadEventsAsync(run)).Length); // the start, and two results
    }

    [Fact]
    public async Task Waiting_for_a_run_nobody_knows_is_an_error() =>
        await Assert.ThrowsAsync<KeyNotFoundException>(async () =>
        {
            await using var house = await House.OpenAsync(new MemoryStore());
            await house.EndAsync(new RunId("run-none"));
        });

    [Fact]
    public async Task A_thousand_runs_at_once_all_end()
    {
        await using var house = await House.OpenAsync(new MemoryStore(), TwoSteps);
        for (var i = 0; i < 1_000; i++)
        {
            house.Model.Answers("thinker", request => $$"""{"thought":"{{request.Activity.Run}}"}""");
        }

        var states = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => house.RunAsync()));

        Assert.All(states, s => Assert.Equal($$"""{"thought":"{{s.Origin!.Run}}","words":1}""", s.Output.ToString()));
    }
}
