using Orleans.Agents.Engine.Tests.Runs;
using Orleans.Agents.Failures;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Telemetry;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Engine.Tests.Telemetry;

/// <summary>What is counted and measured of runs. Each test has a workflow of its own name, as others run beside it.</summary>
[Collection(Watched.Tests)]
public sealed class InstrumentTests
{
    private readonly MemoryDatabase database = new();

    [Fact]
    public async Task Runs_visits_attempts_and_retries_are_counted()
    {
        using var watched = new Watched();
        var calls = 0;
        var tool = House.Tool("test.work", (_, _) => Task.FromResult(Interlocked.Increment(ref calls) == 1 ? House.Busy() : House.Ok()));
        await using var house = await House.OpenAsync(new MemoryStore(database), WorkflowOf("counted"), tools: tool);

        await EndAsync(house, "counted");

        Assert.Equal(1, Sum(watched, "agents.runs.started", "counted"));
        Assert.Equal(2, Sum(watched, "agents.states.entered", "counted"));
        Assert.Equal(1, Sum(watched, "agents.attempts.retried", "counted"));
        var ended = Assert.Single(watched.By("agents.runs.ended", SpanTags.Workflow, "counted"));
        Assert.Equal("succeeded", ended.Tags[SpanTags.Status]);
        Assert.Single(watched.By("agents.run.duration", SpanTags.Workflow, "counted"));
        var attempts = watched.By("agents.attempt.duration", SpanTags.Workflow, "counted");
        Assert.Equal(["failed", "succeeded"], attempts.Select(a => a.Tags[SpanTags.Outcome]));
        Assert.Equal("tool.busy", attempts[0].Tags[SpanTags.Error]);
        Assert.NotEmpty(watched.By("agents.journal.append.duration"));
        Assert.NotEmpty(watched.By("agents.journal.append.facts"));
    }

    [Fact]
    public async Task The_code_and_class_of_a_failure_are_on_the_end_of_its_run()
    {
        using var watched = new Watched();
        var broken = new ToolResult.Failed(new Failure(FailureClass.Permanent, "test.broken", "It broke."));
        await using var house = await House.OpenAsync(
            new MemoryStore(database), WorkflowOf("failing"), tools: House.Tool("test.work", (_, _) => Task.FromResult<ToolResult>(broken)));

        await EndAsync(house, "failing");

        var ended = Assert.Single(watched.By("agents.runs.ended", SpanTags.Workflow, "failing"));
        Assert.Equal(
            ("failed", "test.broken", "permanent"),
            (ended.Tags[SpanTags.Status], ended.Tags[SpanTags.Error], ended.Tags[SpanTags.FailureClass]));
    }

    [Fact]
    public async Task What_comes_near_its_limit_is_counted_once()
    {
        using var watched = new Watched();
        var large = $"\"{new string('x', 1000)}\"";
        await using var house = await House.OpenAsync(
            new MemoryStore(database),
            WorkflowOf("large"),
            null,
            engine => engine.MaxPayloadBytes = 1200,
            House.Tool("test.work", (_, _) => Task.FromResult(House.Ok(large))));

        await EndAsync(house, "large");

        Assert.Equal(1, Sum(watched, "agents.sizes.warned", "large"));
        Assert.Equal("payload", Assert.Single(watched.By("agents.sizes.warned", SpanTags.Workflow, "large")).Tags[SpanTags.Size]);
    }

    [Fact]
    public async Task A_run_that_is_taken_over_counts_with_the_reason()
    {
        using var watched = new Watched();
        var release = new TaskCompletionSource();
        RunId run;
        await using (var first = await House.OpenAsync(new MemoryStore(database), WorkflowOf("moved"), tools: Held(release.Task)))
        {
            run = await StartAsync(first, "moved");
            await House.UntilAsync(first, run, state => !state.Open.IsEmpty);
            watched.Observe();
            Assert.Contains(watched.By("agents.runs.carried"), m => m.Value >= 1);
            Assert.Contains(watched.By("agents.lanes.limit"), m => m.Value >= 64);
        }

        release.SetResult();
        await using var second = await House.OpenAsync(new MemoryStore(database), WorkflowOf("moved"), tools: Held(release.Task));
        await second.EndAsync(run);

        var taken = Assert.Single(watched.By("agents.runs.taken_over", SpanTags.Workflow, "moved"));
        Assert.Equal("carrier_gone", taken.Tags[SpanTags.Cause]);
    }

    [Fact]
    public async Task A_wait_says_how_late_it_was_ended()
    {
        using var watched = new Watched();
        await using var house = await House.OpenAsync(
            new MemoryStore(database),
            """
            apiVersion: orleans.agents/v1
            kind: Workflow
            metadata: { name: waiting }
            spec:
              start: rest
              states:
                rest: { wait: { duration: 10ms }, next: done }
                done: { end: 1 }
            """);

        // One that was ended not late at all, by a timer that rings a little early, says nothing.
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => EndAsync(house, "waiting")));

        Assert.All(watched.By("agents.wake.lateness"), m => Assert.InRange(m.Value, 0, 60));
        Assert.NotEmpty(watched.By("agents.wake.lateness"));
    }

    [Fact]
    public async Task Tokens_cost_and_the_time_of_a_model_are_measured()
    {
        using var watched = new Watched();
        await using var house = await House.OpenAsync(
            new MemoryStore(database),
            """
            apiVersion: orleans.agents/v1
            kind: Workflow
            metadata: { name: asking }
            spec:
              start: ask
              states:
                ask: { agent: counter-of-tokens, input: {}, next: done }
                done: { end: 1 }
            ---
            apiVersion: orleans.agents/v1
            kind: Agent
            metadata: { name: counter-of-tokens }
            spec: { model: scripted, prompt: Write., price: { input: 3, output: 15 } }
            """);
        house.Model.Answers("counter-of-tokens", "words", 7, 11);

        await EndAsync(house, "asking");

        var tokens = watched.By("gen_ai.client.token.usage", SpanTags.Agent, "counter-of-tokens");
        Assert.Equal([("input", 7d), ("output", 11d)], tokens.Select(m => ((string)m.Tags[SpanTags.TokenType]!, m.Value)));
        Assert.Equal((7 * 3) + (11 * 15), Assert.Single(watched.By("agents.model.cost", SpanTags.Agent, "counter-of-tokens")).Value);
        Assert.Single(watched.By("gen_ai.client.operation.duration", SpanTags.Agent, "counter-of-tokens"));
    }

    private static string WorkflowOf(string name) => $$$"""
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: {{{name}}} }
        spec:
          start: work
          states:
            work: { tool: test.work, input: {}, retry: { attempts: 3, backoff: 1ms, on: [transient] }, next: done }
            done: { end: 1 }
        """;

    private static double Sum(Watched watched, string instrument, string workflow) =>
        watched.By(instrument, SpanTags.Workflow, workflow).Sum(m => m.Value);

    private static async Task<RunId> StartAsync(House house, string workflow) =>
        Assert.IsType<StartResult.Started>(await house.Engine.StartRunAsync(new StartRequest(workflow, Payload.EmptyObject))).Run;

    private static async Task<RunState> EndAsync(House house, string workflow) => await house.EndAsync(await StartAsync(house, workflow));

    private static Tool Held(Task release) => House.Tool("test.work", async (_, cancellation) =>
    {
        await release.WaitAsync(cancellation);
        return House.Ok();
    });
}
