using System.Globalization;
using System.Text;
using Orleans.Agents.Definitions;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Cli.Bench;

/// <summary>A workflow of the bench: loaded from YAML as any other, its steps calls of registered tools.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Definition">What runs are started from.</param>
/// <param name="Tools">What its steps call.</param>
/// <param name="StepsPerRun">How many steps a run has.</param>
/// <param name="StepsAtOnce">How many of them may be under way at once.</param>
internal sealed record BenchWorkflow(
    string Name, Definition Definition, ToolRegistry Tools, int StepsPerRun, int StepsAtOnce = 1)
{
    private const int StepsOfSequence = 10;
    private const int StepsOfFanOut = 100;

    // With it, an append of a step holds three events of 200 bytes each, as one of the floor does.
    private const int TextBytes = 130;

    /// <summary>What a run is started with.</summary>
    public static Payload Input { get; } = Payload.Parse(
        $$"""{"text":"{{new string('t', TextBytes)}}","items":[{{string.Join(',', Enumerable.Range(1, StepsOfFanOut))}}]}""");

    /// <summary>How long a step of <see cref="SleepingSequence"/> takes by itself.</summary>
    public static TimeSpan StepTime { get; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Ten steps, one after the other; each answers what it was given.</summary>
    public static BenchWorkflow Sequence() => Load("sequence", Chain("sequence"), StepsOfSequence, (call, _) => Answer(call));

    /// <summary>One state that fans out 100 steps and joins them; each answers what it was given.</summary>
    public static BenchWorkflow FanOut() => Load(
        "fan-out",
        $$$"""
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: fan-out }
        spec:
          budget: { activities: {{{StepsOfFanOut}}} }
          start: each
          states:
            each:
              foreach: { in: "${{ input.items }}", as: item, limit: {{{StepsOfFanOut}}} }
              do: { tool: bench.step, input: { n: "${{ item }}", text: "${{ input.text }}" } }
              save: { joined: "${{ output.length }}" }
              next: done
            done: { end: "${{ context.joined }}" }
        """,
        StepsOfFanOut,
        (call, _) => Answer(call)) with
    { StepsAtOnce = StepsOfFanOut };

    /// <summary>One state that fans out 100 child runs of one step each, and joins them.</summary>
    public static BenchWorkflow Children() => Load(
        "children",
        $$$"""
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: children }
        spec:
          budget: { activities: {{{4 * StepsOfFanOut}}} }
          start: each
          states:
            each:
              foreach: { in: "${{ input.items }}", as: item, limit: {{{StepsOfFanOut}}} }
              do: { workflow: child, input: { n: "${{ item }}", text: "${{ input.text }}" } }
              save: { joined: "${{ output.length }}" }
              next: done
            done: { end: "${{ context.joined }}" }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: child }
        spec:
          start: step
          states:
            step: { tool: bench.step, input: "${{ input }}", save: { n: "${{ output.n }}" }, next: done }
            done: { end: "${{ context.n }}" }
        """,
        StepsOfFanOut,
        (call, _) => Answer(call)) with
    { StepsAtOnce = StepsOfFanOut };

    /// <summary>Ten steps of 20 ms, one after the other.</summary>
    /// <param name="effects">Where each effect is marked before its result is told.</param>
    public static BenchWorkflow SleepingSequence(MarkFile? effects = null) => Load(
        "sleeping-sequence",
        Chain("sleeping-sequence"),
        StepsOfSequence,
        async (call, cancellation) =>
        {
            await Task.Delay(StepTime, cancellation);
            effects?.Mark(call);
            return await Answer(call);
        });

    /// <summary>Waits for an hour, and so is put down at once.</summary>
    public static BenchWorkflow Parked() => Load(
        "parked",
        """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: parked }
        spec:
          start: waiting
          states:
            waiting: { wait: { duration: 1h }, next: done }
            done: { end: null }
        """,
        steps: 0,
        (call, _) => Answer(call));

    /// <summary>Waits until a moment.</summary>
    public static BenchWorkflow Due(DateTimeOffset moment) => Load(
        "due",
        $$"""
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: due }
        spec:
          start: waiting
          states:
            waiting: { wait: { until: "{{moment.UtcDateTime:O}}" }, next: done }
            done: { end: null }
        """,
        steps: 0,
        (call, _) => Answer(call));

    private static string Chain(string name)
    {
        var text = new StringBuilder($$"""
            apiVersion: orleans.agents/v1
            kind: Workflow
            metadata: { name: {{name}} }
            spec:
              context: { n: 0 }
              start: s1
              states:

            """);
        for (var i = 1; i <= StepsOfSequence; i++)
        {
            var next = i == StepsOfSequence ? "done" : $"s{i + 1}";
            text.Append(CultureInfo.InvariantCulture, $$$"""
                    s{{{i}}}:
                      tool: bench.step
                      input: { n: "${{ context.n + 1 }}", text: "${{ input.text }}" }
                      save: { n: "${{ output.n }}", text: "${{ output.text }}" }
                      next: {{{next}}}

                """);
        }

        return text.Append("""    done: { end: "${{ context.n }}" }""").ToString();
    }

    private static BenchWorkflow Load(string name, string text, int steps, ToolBody step)
    {
        var tools = new ToolRegistry().Add(new Tool(
            "bench.step", "One step.", Payload.Parse("true"), null, ToolEffect.Idempotent, [], step));
        var loaded = DefinitionLoader.LoadTexts(
            [new DefinitionText($"{name}.yaml", text)], new DefinitionHost(tools.All, []), LoadOptions.Lenient);
        return loaded.HasErrors
            ? throw new InvalidOperationException(string.Join('\n', loaded.Diagnostics))
            : new BenchWorkflow(name, loaded.Definitions[name], tools, steps);
    }

    private static ValueTask<ToolResult> Answer(ToolCall call) =>
        ValueTask.FromResult<ToolResult>(new ToolResult.Succeeded(call.Input));
}
