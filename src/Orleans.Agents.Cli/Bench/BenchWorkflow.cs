using System.Globalization;
using System.Text;
using Orleans.Agents.Definitions;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Cli.Bench;

/// <summary>A workflow of the bench: loaded from YAML as any other, its steps calls of registered tools.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Definition">What runs are started from.</param>
/// <param name="StepsPerRun">How many steps a run has.</param>
internal sealed record BenchWorkflow(string Name, Definition Definition, int StepsPerRun)
{
    private const int StepsOfSequence = 10;

    // With it, an append of a step holds three events of 200 bytes each, as one of the floor does.
    private const int TextBytes = 130;

    private static readonly TimeSpan SleepTime = TimeSpan.FromMilliseconds(20);

    /// <summary>The tools its steps call.</summary>
    public static ToolRegistry Tools { get; } = new ToolRegistry()
        .Add(ToolOf("bench.step", "Answers what it was given.", (call, _) => Answer(call)))
        .Add(ToolOf("bench.sleep", "Takes 20 ms, then answers what it was given.", async (call, cancellation) =>
        {
            await Task.Delay(SleepTime, cancellation);
            return await Answer(call);
        }));

    /// <summary>What a run is started with.</summary>
    public static Payload Input { get; } = Payload.Parse($$"""{"text":"{{new string('t', TextBytes)}}"}""");

    /// <summary>How long a step of <see cref="SleepingSequence"/> takes by itself.</summary>
    public static TimeSpan StepTime => SleepTime;

    /// <summary>Ten steps, one after the other.</summary>
    public static BenchWorkflow Sequence() => Load("sequence", StepsOfSequence, Chain("sequence", "bench.step"));

    /// <summary>Ten steps of 20 ms, one after the other.</summary>
    public static BenchWorkflow SleepingSequence() =>
        Load("sleeping-sequence", StepsOfSequence, Chain("sleeping-sequence", "bench.sleep"));

    /// <summary>Waits for an hour, and so is put down at once.</summary>
    public static BenchWorkflow Parked() => Load("parked", 0, """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: parked }
        spec:
          start: waiting
          states:
            waiting: { wait: { duration: 1h }, next: done }
            done: { end: null }
        """);

    private static string Chain(string name, string tool)
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
                      tool: {{{tool}}}
                      input: { n: "${{ context.n + 1 }}", text: "${{ input.text }}" }
                      save: { n: "${{ output.n }}", text: "${{ output.text }}" }
                      next: {{{next}}}

                """);
        }

        return text.Append("""    done: { end: "${{ context.n }}" }""").ToString();
    }

    private static BenchWorkflow Load(string name, int steps, string text)
    {
        var loaded = DefinitionLoader.LoadTexts(
            [new DefinitionText($"{name}.yaml", text)], new DefinitionHost(Tools.All, []), LoadOptions.Lenient);
        return loaded.HasErrors
            ? throw new InvalidOperationException(string.Join('\n', loaded.Diagnostics))
            : new BenchWorkflow(name, loaded.Definitions[name], steps);
    }

    private static Tool ToolOf(string name, string description, ToolBody body) =>
        new(name, description, Payload.Parse("true"), null, ToolEffect.Idempotent, [], body);

    private static ValueTask<ToolResult> Answer(ToolCall call) => ValueTask.FromResult<ToolResult>(new ToolResult.Succeeded(call.Input));
}
