using System.Collections.Immutable;
using Orleans.Agents.Definitions;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Benchmarks;

/// <summary>A run that goes from one step to the next for as long as it is asked to.</summary>
internal sealed class Sample
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    public Sample()
    {
        var tools = new ToolRegistry().Add(new Tool(
            "bench.step", "One step.", Payload.Parse("true"), null, ToolEffect.Idempotent, [],
            (call, _) => ValueTask.FromResult<ToolResult>(new ToolResult.Succeeded(call.Input))));
        var loaded = DefinitionLoader.LoadTexts(
            [new DefinitionText("sample.yaml", Text)], new DefinitionHost(tools.All, []), LoadOptions.Lenient);
        Workflow = loaded.HasErrors
            ? throw new InvalidOperationException(string.Join('\n', loaded.Diagnostics))
            : loaded.Definitions["sample"].Workflow;
        Start = new RunCommand.Start(new RunId("sample"), Guid.Empty, Payload.Parse("""{"text":"hello"}"""), null, null, null);
        Begun = Accept(Run.Decide(Workflow, RunState.Initial, Start, Noon)).Next;
        Report = new RunCommand.ReportSuccess(1, 0, 1, Payload.Parse($$"""{"n":1,"text":"{{new string('t', 130)}}"}"""));
        Step = Accept(Run.Decide(Workflow, Begun, Report, Noon));
    }

    public Workflow Workflow { get; }

    public RunCommand.Start Start { get; }

    /// <summary>The run in its first step.</summary>
    public RunState Begun { get; }

    /// <summary>That this step is done.</summary>
    public RunCommand.ReportSuccess Report { get; }

    /// <summary>What the run decides then: three events.</summary>
    public Decision.Accepted Step { get; }

    public static DateTimeOffset Now => Noon;

    /// <summary>All events of a run of so many steps.</summary>
    public ImmutableArray<RunEvent> History(int steps)
    {
        var start = Accept(Run.Decide(Workflow, RunState.Initial, Start, Noon));
        var (state, events) = (start.Next, start.Events);
        for (var visit = 1; visit <= steps; visit++)
        {
            var next = Accept(Run.Decide(Workflow, state, Report with { Visit = visit }, Noon));
            state = next.Next;
            events = events.AddRange(next.Events);
        }

        return events;
    }

    private static Decision.Accepted Accept(Decision decision) => (Decision.Accepted)decision;

    private const string Text = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: sample }
        spec:
          context: { n: 0 }
          budget: { activities: 1000000 }
          start: one
          states:
            one:
              tool: bench.step
              input: { n: "${{ context.n + 1 }}", text: "${{ input.text }}" }
              save: { n: "${{ output.n }}", text: "${{ output.text }}" }
              next: [ { when: output.n < 0, to: done }, { to: two } ]
            two:
              tool: bench.step
              input: { n: "${{ context.n + 1 }}", text: "${{ input.text }}" }
              save: { n: "${{ output.n }}", text: "${{ output.text }}" }
              next: one
            done: { end: null }
        """;
}
