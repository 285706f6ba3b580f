using System.Collections.Concurrent;
using System.Text;
using Orleans.Agents.Definitions;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Simulation.Tests.Workflows;

/// <summary>A workflow made by chance: retries, catches, cycles, waits, signals, children, small budgets, limits in time.</summary>
/// <param name="Definition">The workflow, loaded as an author's would be.</param>
/// <param name="HasTimeLimits">
/// Whether it has timeouts, a deadline, or a budget that is shared: then how it ends depends on how long things took and on who came
/// first, and faults may change it.
/// </param>
internal sealed record Plot(Definition Definition, bool HasTimeLimits)
{
    /// <summary>The definition that a run is pinned to: the plot's, or that of a workflow it runs.</summary>
    public Workflow Of(string hash) => Of(Definition.Workflow, hash)
        ?? throw new KeyNotFoundException($"Nothing of the plot has the hash {hash}.");

    private static Workflow? Of(Workflow workflow, string hash) => workflow.Hash == hash
        ? workflow
        : workflow.Children.Values.Select(child => Of(child, hash)).FirstOrDefault(found => found is not null);

    /// <summary>The tool that most states call.</summary>
    public const string Tool = "sim.work";

    /// <summary>A tool whose calls must not be made twice.</summary>
    public const string OnceTool = "sim.once";

    /// <summary>The model of the agent that other states ask.</summary>
    public const string Model = "sim";

    // A definition takes longer to load than a run to play.
    private const int Different = 200;

    private static readonly ConcurrentDictionary<(int Number, bool HasOnce), Plot> Known = [];

    /// <summary>The workflow that belongs to a seed, with calls that must not be made twice or without.</summary>
    public static Plot Of(int seed, bool hasOnce) =>
        Known.GetOrAdd((seed % Different, hasOnce), static plot => new PlotWriter(plot.Number, plot.HasOnce).Write());

    /// <summary>Loads a workflow.</summary>
    public static Definition Load(string yaml)
    {
        var loaded = DefinitionLoader.LoadTexts(
            [new DefinitionText("plot.yaml", yaml)],
            new DefinitionHost([ToolOf(NoBody), OnceToolOf(NoBody, static (_, _) => throw new NotSupportedException())], [Model]),
            LoadOptions.Lenient);
        return loaded.HasErrors
            ? throw new FormatException($"{string.Join('\n', loaded.Diagnostics)}\n{yaml}")
            : loaded.Definitions["plot"];
    }

    /// <summary>The tool with a body.</summary>
    public static Tool ToolOf(ToolBody body) => new(
        Tool, "Does what the simulation says.", Payload.Parse("true"), null, ToolEffect.Idempotent, [], body);

    /// <summary>The tool whose calls must not be made twice, with its bodies.</summary>
    public static Tool OnceToolOf(ToolBody body, ToolReconcile reconcile) => new(
        OnceTool, "Does what the simulation says, each time.", Payload.Parse("true"), null, ToolEffect.Once, [], body)
    {
        Reconcile = reconcile,
    };

    private static ValueTask<ToolResult> NoBody(ToolCall call, CancellationToken cancellation) =>
        throw new NotSupportedException();
}

/// <summary>Writes one random workflow as its author would.</summary>
internal sealed class PlotWriter(int seed, bool hasOnce)
{
    private readonly Random chance = new(seed);
    private readonly StringBuilder text = new();
    private int activities;
    private bool hasChildren;

    public Plot Write()
    {
        var hasTimeLimits = chance.Next(4) == 0;
        var hasFewTokens = chance.Next(3) == 0;
        var count = chance.Next(2, 7);
        text.Append("apiVersion: orleans.agents/v1\nkind: Workflow\nmetadata: { name: plot }\nspec:\n");
        text.Append("  context: { last: null, n: 0 }\n");
        text.Append($"  budget: {{ activities: {Budget()}, time: {(hasTimeLimits ? "5m" : "3650d")}{Tokens(hasFewTokens)} }}\n");
        text.Append(hasTimeLimits ? "  deadline: 1h\n" : "");
        text.Append("  start: s0\n  states:\n");
        for (var i = 0; i < count; i++)
        {
            State(i, count, hasTimeLimits);
        }

        text.Append("    done: { end: { last: \"${{ context.last }}\", n: \"${{ context.n }}\", visit: \"${{ run.visit }}\" } }\n");
        text.Append("    bad: { fail: { code: gave_up, message: \"${{ error.code }} in ${{ error.state }}\" } }\n");
        if (hasOnce)
        {
            Child();
        }

        Agent();
        return new Plot(Plot.Load(text.ToString()), hasTimeLimits || hasFewTokens || (activities < 200 && hasChildren));
    }

    // A call of the agent sets aside 1,000 tokens for its answer, and some for its prompt.
    private string Tokens(bool few) => few
        ? $", tokens: {chance.Next(1_000, 12_000)}, cost_usd: 0.0{chance.Next(1, 10)}{(chance.Next(2) == 0 ? ", exceeded: bad" : "")}"
        : "";

    private void Agent() => text.Append(
        "---\napiVersion: orleans.agents/v1\nkind: Agent\nmetadata: { name: worker }\nspec:\n"
        + $"  model: {Plot.Model}\n  max_output_tokens: 4000\n  price: {{ input: 1, output: 2.5 }}\n  output: {{ description: anything }}\n");

    private string Work() => chance.Next(3) == 0 ? "agent: worker" : $"tool: {Plot.Tool}";

    private int Budget() => activities = chance.Next(3) == 0 ? chance.Next(2, 8) : 200;

    private void State(int index, int count, bool hasTimeLimits)
    {
        text.Append($"    s{index}:\n");
        var kind = index == 0 ? 0 : chance.Next(hasOnce ? 13 : 10);
        switch (kind)
        {
            case < 7:
                Activity(hasTimeLimits);
                break;
            case 7:
                text.Append("      pass: {}\n      input: { n: \"${{ context.n }}\" }\n");
                break;
            case >= 10:
                Children(hasTimeLimits);
                break;
            case 9:
                var limit = hasTimeLimits && chance.Next(2) == 0 ? $", timeout: {chance.Next(5, 90)}s" : "";
                text.Append($"      wait: {{ signal: {(chance.Next(2) == 0 ? "go" : "news")}{limit} }}\n");
                break;
            default:
                text.Append($"      wait: {{ duration: {chance.Next(1, 60)}s }}\n");
                break;
        }

        text.Append("      save: { last: \"${{ output }}\", n: \"${{ context.n + 1 }}\" }\n");
        Next(index, count);
        Catch(index, count);
    }

    // Awaited by itself, or several side by side of which all or one have to succeed.
    private void Children(bool hasTimeLimits)
    {
        hasChildren = true;
        const string Call = "workflow: child, input: { from: \"${{ run.visit }}\" }";
        var retry = chance.Next(2) == 0 ? ", retry: { attempts: 2, backoff: 3s, on: [permanent, transient] }" : "";
        var limit = hasTimeLimits && chance.Next(2) == 0 ? $", timeout: {chance.Next(5, 60)}s" : "";
        var settle = hasTimeLimits ? "settle: any" : "on_failure: collect"; // who is first depends on how long things take
        text.Append(chance.Next(4) switch
        {
            3 => $"      launch: {{ {Call} }}\n",
            0 => $"      {Call.Replace(", ", "\n      ", StringComparison.Ordinal)}\n",
            1 => $"      foreach: {{ in: [1, 2, 3], limit: {chance.Next(1, 4)}, on_failure: collect }}\n      do: {{ {Call}{retry}{limit} }}\n",
            _ => $"      parallel: {{ {settle}, branches: {{ a: {{ {Call}{retry} }}, b: {{ {Call}{limit} }}, c: {{ {Work()} }} }} }}\n",
        });
    }

    private void Child()
    {
        text.Append("---\napiVersion: orleans.agents/v1\nkind: Workflow\nmetadata: { name: child }\nspec:\n  start: s0\n  states:\n");
        var first = chance.Next(3) switch { 0 => "wait: { duration: 45s }", 1 => "wait: { signal: go }", _ => "pass: {}" };
        text.Append($"    s0: {{ {first}, next: s1 }}\n");
        text.Append($"    s1: {{ {(chance.Next(2) == 0 ? $"tool: {Plot.OnceTool}" : Work())}, save: {{ got: \"${{{{ output }}}}\" }}, next: done }}\n");
        text.Append("    done: { end: \"${{ context.got }}\" }\n");
    }

    private void Activity(bool hasTimeLimits)
    {
        text.Append($"      {(hasOnce && chance.Next(3) == 0 ? $"tool: {Plot.OnceTool}" : Work())}\n");
        text.Append("      input: { last: \"${{ context.last }}\", visit: \"${{ run.visit }}\", attempt: \"${{ run.attempt }}\" }\n");
        text.Append($"      retry: {{ attempts: {chance.Next(1, 5)}, backoff: {chance.Next(1, 20)}s, factor: 2, max: 60s, ");
        text.Append($"jitter: {chance.Next(2) * 0.5m:0.0}, on: [{(chance.Next(2) == 0 ? "transient" : "transient, timeout")}] }}\n");
        text.Append(hasTimeLimits && chance.Next(2) == 0 ? $"      timeout: {chance.Next(5, 40)}s\n" : "");
    }

    // Backwards only while visits are left, so that it ends.
    private void Next(int index, int count)
    {
        var ahead = index + 1 < count ? $"s{index + 1}" : "done";
        text.Append("      next:\n");
        if (chance.Next(3) == 0)
        {
            text.Append($"        - {{ when: output == 1, to: {Ahead(index, count)} }}\n");
        }

        if (index > 0 && chance.Next(3) == 0)
        {
            text.Append($"        - {{ when: run.cycle.remaining > 0 and output != 2, to: s{chance.Next(index + 1)} }}\n");
            text.Append($"        - {{ to: {ahead} }}\n      max_visits: {chance.Next(2, 4)}\n");
        }
        else
        {
            text.Append($"        - {{ to: {ahead} }}\n");
        }
    }

    private void Catch(int index, int count)
    {
        text.Append("      catch:\n");
        if (chance.Next(2) == 0)
        {
            text.Append($"        - {{ on: [transient, timeout], to: {Ahead(index, count)}, save: {{ last: \"${{{{ error.code }}}}\" }} }}\n");
        }

        if (chance.Next(2) == 0)
        {
            text.Append($"        - {{ on: [permanent], to: {Ahead(index, count)} }}\n");
        }

        text.Append("        - { on: [\"*\"], to: bad }\n");
    }

    private string Ahead(int index, int count)
    {
        var target = chance.Next(index + 1, count + 1);
        return target == count ? "done" : $"s{target}";
    }
}
