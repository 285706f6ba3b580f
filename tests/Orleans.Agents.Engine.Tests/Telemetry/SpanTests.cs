using System.Diagnostics;
using Orleans.Agents.Engine.Tests.Runs;
using Orleans.Agents.Failures;
using Orleans.Agents.Forks;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Telemetry;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Engine.Tests.Telemetry;

/// <summary>What is told of runs as spans.</summary>
[Collection(Watched.Tests)]
public sealed class SpanTests
{
    private const string Starter = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private static readonly ActivitySource Caller = new(Watched.Caller);

    private readonly MemoryDatabase database = new();

    private const string Tree = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: fan
          states:
            fan:
              foreach: { in: [1, 2] }
              do: { tool: test.work, input: { n: "${{ item }}" } }
              next: ask
            ask: { agent: writer, input: {}, next: call }
            call: { workflow: child, input: {}, next: go }
            go: { launch: { workflow: child, input: {} }, next: done }
            done: { end: 1 }
        ---
        apiVersion: orleans.agents/v1
        kind: Agent
        metadata: { name: writer }
        spec: { model: scripted, prompt: Write. }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: child }
        spec:
          start: work
          states:
            work: { tool: test.work, input: {}, next: done }
            done: { end: 1 }
        """;

    private const string OneCall = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: work
          states:
            work: { tool: test.work, input: {}, retry: { attempts: 1 }, next: done }
            done: { end: 1 }
        """;

    [Fact]
    public async Task A_run_with_branches_a_child_and_a_launch_is_one_tree()
    {
        using var watched = new Watched();
        await using var house = await House.OpenAsync(new MemoryStore(database), Tree, tools: House.Tool("test.work", (_, _) => Task.FromResult(House.Ok())));
        house.Model.Answers("writer", "words");

        var run = await StartAsync(house, Starter);
        await house.EndAsync(run);
        await house.EndAsync(new RunId($"{run}~4.0"));
        await watched.UntilAsync($"{run}~4.0", HasEnded);
        await watched.UntilAsync(run.Value, HasEnded);

        var spans = watched.Trace(ActivityContext.Parse(Starter, null).TraceId);
        Assert.Equal(
            """
            run.start test
              checkpoint.save
              invoke_workflow test
                state ask
                  checkpoint.save
                  invoke_agent writer
                    chat scripted
                state call
                  checkpoint.save
                  invoke_workflow child
                    state done
                    state work
                      checkpoint.save
                      execute_tool test.work
                        tool.call
                state done
                state fan
                  checkpoint.save
                  execute_tool test.work
                    tool.call
                  execute_tool test.work
                    tool.call
                state go
                  checkpoint.save
                  invoke_workflow child
                    state done
                    state work
                      checkpoint.save
                      execute_tool test.work
                        tool.call
            """,
            Outline(spans, spans.Single(span => span.OperationName == "run.start test"), ""));
        Assert.Equal("00f067aa0ba902b7", spans.Single(span => span.OperationName == "run.start test").ParentSpanId.ToHexString());
    }

    [Fact]
    public async Task Every_span_says_of_which_run_it_is_and_under_which_correlation_id()
    {
        using var watched = new Watched();
        await using var house = await House.OpenAsync(new MemoryStore(database), Tree, tools: House.Tool("test.work", (_, _) => Task.FromResult(House.Ok())));
        house.Model.Answers("writer", "words");
        var correlation = Guid.CreateVersion7();

        var started = await house.Engine.StartRunAsync(new StartRequest("test", Payload.EmptyObject, CorrelationId: correlation));
        var run = Assert.IsType<StartResult.Started>(started).Run;
        await house.EndAsync(run);
        var spans = await watched.UntilAsync(run.Value, HasEnded);

        Assert.All(
            watched.Trace(spans[0].TraceId),
            span => Assert.Equal(correlation.ToString(), span.GetTagItem(SpanTags.Correlation)));
        Assert.All(watched.Trace(spans[0].TraceId), span => Assert.StartsWith(run.Value, (string)span.GetTagItem(SpanTags.Run)!, StringComparison.Ordinal));
        var chat = spans.Single(span => span.OperationName == "chat scripted");
        Assert.Equal("scripted", chat.GetTagItem(SpanTags.RequestModel));
        Assert.Equal(2, chat.GetTagItem(SpanTags.Hops));
    }

    [Fact]
    public async Task A_run_is_one_trace_whoever_carries_it()
    {
        using var watched = new Watched();
        var release = new TaskCompletionSource();
        RunId run;
        await using (var first = await House.OpenAsync(new MemoryStore(database), OneCall, tools: Held(release.Task)))
        {
            run = await StartAsync(first, Starter);
            await House.UntilAsync(first, run, state => !state.Open.IsEmpty);
        }

        release.SetResult();
        await using var second = await House.OpenAsync(new MemoryStore(database), OneCall, tools: Held(release.Task));
        await second.EndAsync(run);
        var spans = await watched.UntilAsync(run.Value, HasEnded);

        Assert.Single(spans.Select(span => span.TraceId).Distinct());
        var lives = spans.Where(span => span.OperationName == "invoke_workflow test").ToList();
        Assert.Equal(["stopped", "succeeded"], lives.Select(span => span.GetTagItem(SpanTags.Status)));
        Assert.Equal([false, true], lives.Select(span => span.GetTagItem(SpanTags.Resumed)));
        var start = spans.Single(span => span.OperationName == "run.start test");
        Assert.All(lives, span => Assert.Equal(start.SpanId, span.ParentSpanId));
    }

    [Fact]
    public async Task A_run_that_began_when_nobody_watched_is_traced_under_its_correlation_id()
    {
        var correlation = Guid.CreateVersion7();
        var release = new TaskCompletionSource();
        await using var house = await House.OpenAsync(new MemoryStore(database), OneCall, tools: Held(release.Task));
        var state = RunState.Initial with { Origin = new RunOrigin("run-1", "test", "h", 1, correlation) };

        var context = TraceContext.Of(state.Origin);

        Assert.Equal(correlation.ToString("n"), context.TraceId.ToHexString());
        using var watched = new Watched();
        RunSpans.Begin(state, new Epoch(1), isResumed: true).End("parked", null);
        var span = Assert.Single(watched.Trace(context.TraceId));
        Assert.Equal(default, span.ParentSpanId);
    }

    [Fact]
    public async Task A_run_is_below_the_span_that_starts_it()
    {
        using var watched = new Watched();
        await using var house = await House.OpenAsync(new MemoryStore(database), OneCall, tools: House.Tool("test.work", (_, _) => Task.FromResult(House.Ok())));
        using var calling = Caller.StartActivity("a request")!;

        var run = await StartAsync(house, null);
        await house.EndAsync(run);

        var spans = await watched.UntilAsync(run.Value, HasEnded);
        Assert.All(spans, span => Assert.Equal(calling.TraceId, span.TraceId));
        Assert.Equal(calling.SpanId, spans.Single(span => span.OperationName == "run.start test").ParentSpanId);
        Assert.Same(calling, Activity.Current);
    }

    [Fact]
    public async Task What_somebody_decided_not_to_keep_is_not_kept_of_the_run_either()
    {
        using var watched = new Watched(ActivitySamplingResult.PropagationData);
        await using var house = await House.OpenAsync(new MemoryStore(database), OneCall, tools: House.Tool("test.work", (_, _) => Task.FromResult(House.Ok())));

        var run = await StartAsync(house, Starter[..^1] + "0");
        var state = await house.EndAsync(run);

        Assert.EndsWith("-00", state.Origin!.Traceparent, StringComparison.Ordinal);
        Assert.Contains("4bf92f3577b34da6a3ce929d0e0e4736", state.Origin.Traceparent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("yes")]
    [InlineData("00-00000000000000000000000000000000-0000000000000000-01")]
    public async Task A_starter_that_is_no_span_is_left_out(string traceparent)
    {
        await using var house = await House.OpenAsync(new MemoryStore(database), OneCall, tools: House.Tool("test.work", (_, _) => Task.FromResult(House.Ok())));

        var state = await house.EndAsync(await StartAsync(house, traceparent));

        Assert.DoesNotContain(traceparent.Length == 0 ? " " : traceparent, state.Origin!.Traceparent ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_is_on_the_spans_of_its_attempt_its_state_and_its_run()
    {
        using var watched = new Watched();
        var broken = new ToolResult.Failed(new Failure(FailureClass.Permanent, "test.broken", "It broke."));
        await using var house = await House.OpenAsync(new MemoryStore(database), OneCall, tools: House.Tool("test.work", (_, _) => Task.FromResult<ToolResult>(broken)));

        var run = await StartAsync(house, null);
        await house.EndAsync(run);
        var spans = await watched.UntilAsync(run.Value, HasEnded);

        foreach (var name in (string[])["execute_tool test.work", "invoke_workflow test", "tool.call"])
        {
            var span = spans.Single(span => span.OperationName == name);
            Assert.Equal(("test.broken", "permanent"), (span.GetTagItem(SpanTags.Error), span.GetTagItem(SpanTags.FailureClass)));
            Assert.Equal(ActivityStatusCode.Error, span.Status);
        }
    }

    [Fact]
    public async Task A_fork_is_below_the_span_that_forks_it()
    {
        using var watched = new Watched();
        await using var house = await House.OpenAsync(new MemoryStore(database), OneCall, tools: House.Tool("test.work", (_, _) => Task.FromResult(House.Ok())));
        var run = await StartAsync(house, null);
        await house.EndAsync(run);

        var forked = await house.Engine.ForkAsync(new ForkRequest(run, 2, new RunId("fork-of-spans"), Traceparent: Starter));

        var fork = await house.EndAsync(Assert.IsType<StartResult.Started>(forked).Run);
        Assert.Contains("4bf92f3577b34da6a3ce929d0e0e4736", fork.Origin!.Traceparent, StringComparison.Ordinal);
        var spans = await watched.UntilAsync("fork-of-spans", HasEnded);
        Assert.Contains(spans, span => span.OperationName == "execute_tool test.work");
    }

    [Fact]
    public async Task Nothing_is_kept_of_a_run_while_nobody_watches()
    {
        await using var house = await House.OpenAsync(new MemoryStore(database), OneCall, tools: House.Tool("test.work", (_, _) => Task.FromResult(House.Ok())));

        var told = Starter;
        var state = await house.EndAsync(await StartAsync(house, told));

        Assert.Contains("4bf92f3577b34da6a3ce929d0e0e4736", state.Origin!.Traceparent, StringComparison.Ordinal);
    }

    private static bool HasEnded(IReadOnlyList<Activity> spans) =>
        spans.Any(span => span.GetTagItem(SpanTags.Status) is "succeeded" or "failed");

    private static async Task<RunId> StartAsync(House house, string? traceparent)
    {
        var started = await house.Engine.StartRunAsync(new StartRequest("test", Payload.EmptyObject, Traceparent: traceparent));
        return Assert.IsType<StartResult.Started>(started).Run;
    }

    private static Tool Held(Task release) => House.Tool("test.work", async (_, cancellation) =>
    {
        await release.WaitAsync(cancellation);
        return House.Ok();
    });

    // Results that come together are saved together, so how often something was saved says nothing.
    private static string Outline(IReadOnlyList<Activity> spans, Activity root, string indent) => string.Join(
        '\n',
        spans.Where(span => span.ParentSpanId == root.SpanId)
            .DistinctBy(span => span.OperationName == SpanNames.Save ? SpanNames.Save : span.SpanId.ToHexString())
            .Select(span => Outline(spans, span, indent + "  "))
            .Order(StringComparer.Ordinal)
            .Prepend(indent + root.OperationName));
}
