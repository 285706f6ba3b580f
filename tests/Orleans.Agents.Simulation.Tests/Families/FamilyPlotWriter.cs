using System.Collections.Immutable;
using System.Text;
using Orleans.Agents.Simulation.Tests.Workflows;

namespace Orleans.Agents.Simulation.Tests.Families;

/// <summary>
/// Writes random workflows with everything a run can do: fan-out of either kind and all its ways to settle, child runs that have
/// child runs, launches, calls that must not be made twice, waits, cycles, catches, retries, timeouts, and budgets that are too small.
/// </summary>
internal sealed class FamilyPlotWriter(int seed)
{
    private readonly Random chance = new(seed);
    private int count;
    private int current;
    private int states;

    public FamilyPlot Write()
    {
        count = chance.Next(1, 5);
        var workflows = ImmutableArray.CreateBuilder<FamilyPlot.Writing>(count);
        for (current = 0; current < count; current++)
        {
            states = current == 0 ? chance.Next(2, 9) : chance.Next(1, 5);
            var written = Enumerable.Range(0, states).Select(State).ToImmutableArray();
            written = written.Any(state => state.Contains("agent: worker", StringComparison.Ordinal))
                ? [.. written.Select(state => state.Replace("      pass: {}\n", Message(), StringComparison.Ordinal))]
                : written;
            workflows.Add(new FamilyPlot.Writing(current == 0 ? "plot" : $"w{current}", Head(), written));
        }

        return new FamilyPlot(
            workflows.DrainToImmutable(),
            "apiVersion: orleans.agents/v1\nkind: Agent\nmetadata: { name: worker }\nspec:\n"
            + $"  model: {Plot.Model}\n  max_output_tokens: 4000\n  price: {{ input: 1, output: 2.5 }}\n  output: {{ description: anything }}\n");
    }

    // A tree of runs has no more activities than its root, so it does not grow beyond what a test can play.
    private string Head()
    {
        var text = new StringBuilder("  context: { last: null, n: 0 }\n");
        text.Append($"  budget: {{ activities: {(OneIn(3) ? chance.Next(1, 12) : chance.Next(12, 120))}, launches: {chance.Next(1, 5)}");
        text.Append($", depth: {chance.Next(1, 5)}, time: {(OneIn(5) ? "5m" : "3650d")}");
        if (OneIn(3))
        {
            text.Append($", tokens: {chance.Next(1_000, 20_000)}, cost_usd: 0.{chance.Next(1, 10):00}");
        }

        text.Append(OneIn(4) ? ", exceeded: bad }\n" : " }\n");
        return text.Append(OneIn(6) ? "  deadline: 1h\n" : "").ToString();
    }

    private string State(int index)
    {
        var text = new StringBuilder(chance.Next(12) switch
        {
            0 => "      pass: {}\n      input: { n: \"${{ context.n }}\" }\n",
            1 => $"      wait: {{ duration: {chance.Next(1, 60)}s }}\n",
            2 => $"      wait: {{ signal: {(OneIn(2) ? "go" : "news")}{Timeout(3)} }}\n",
            3 or 4 when MayCall() => $"      launch: {{ {string.Join(", ", Call())} }}\n",
            5 or 6 when MayCall() => string.Concat(Call().Select(field => $"      {field}\n")) + Retry(),
            5 or 6 or 7 or 8 => Parallel(),
            9 or 10 => ForEach(),
            _ => $"      {Work()}\n      input: {Input}\n{Retry()}{(OneIn(4) ? $"      timeout: {chance.Next(5, 90)}s\n" : "")}",
        });
        text.Append("      save: { last: \"${{ output }}\", n: \"${{ context.n + 1 }}\" }\n");
        Next(text, index);
        Catch(text, index);
        return text.ToString();
    }

    // Only an agent that the workflow asks sends something, and mostly one that hears it.
    private string Message() => chance.Next(5) switch
    {
        0 => "      message: { from: worker, to: worker, run: parent }\n",
        1 => "      message: { from: worker, to: nobody, run: parent }\n",
        2 => "      message: { from: worker, to: worker, run: root }\n",
        _ => "      message: { from: worker, to: worker }\n",
    };

    private const string Input = "{ n: \"${{ context.n }}\", visit: \"${{ run.visit }}\" }";

    private bool MayCall() => current < count - 1 || (current > 0 && OneIn(6));

    // Those further on, or itself: several that call each other in a circle are refused.
    private string[] Call()
    {
        var name = current == count - 1 || (current > 0 && OneIn(6)) ? current : chance.Next(current + 1, count);
        string[] call = [$"workflow: w{name}", "input: { from: \"${{ run.visit }}\" }"];
        return OneIn(3) ? [.. call, $"budget: {{ activities: {chance.Next(1, 20)}, tokens: {chance.Next(100, 20_000)} }}"] : call;
    }

    private string Work() => chance.Next(6) switch
    {
        0 => $"tool: {Plot.OnceTool}",
        1 or 2 => "agent: worker",
        _ => $"tool: {Plot.Tool}",
    };

    private string Branch()
    {
        var retry = OneIn(3) ? $", retry: {{ attempts: {chance.Next(1, 4)}, backoff: {chance.Next(1, 9)}s, on: [transient, permanent] }}" : "";
        return $"{{ {(OneIn(2) && MayCall() ? string.Join(", ", Call()) : $"{Work()}, input: {{ n: 1 }}")}{retry}{Timeout(5)} }}";
    }

    private string Parallel()
    {
        var branches = chance.Next(1, 5);
        var text = string.Join(", ", Enumerable.Range(0, branches).Select(i => $"b{i}: {Branch()}"));
        return $"      parallel: {{ {Settle(branches)}branches: {{ {text} }} }}\n{(OneIn(6) ? $"      timeout: {chance.Next(5, 200)}s\n" : "")}";
    }

    private string ForEach()
    {
        var items = chance.Next(0, 7);
        var list = string.Join(", ", Enumerable.Range(1, items));
        var key = OneIn(3) ? ", key: \"${{ 'k' + string(item) }}\"" : "";
        return $"      foreach: {{ {Settle(Math.Max(1, items))}in: [{list}], limit: {chance.Next(1, 5)}{key} }}\n      do: {Branch()}\n"
            + (OneIn(6) ? $"      timeout: {chance.Next(5, 200)}s\n" : "");
    }

    private string Settle(int branches) => chance.Next(5) switch
    {
        0 => "settle: any, ",
        1 => $"settle: {chance.Next(1, branches + 1)}, ",
        2 => "on_failure: collect, ",
        3 => "settle: all, ",
        _ => "",
    };

    private string Retry() => OneIn(2)
        ? $"      retry: {{ attempts: {chance.Next(1, 5)}, backoff: {chance.Next(1, 20)}s, factor: 2, max: 60s, jitter: {chance.Next(2) * 0.5m:0.0}, on: [transient, timeout] }}\n"
        : "";

    private string Timeout(int oneIn) => OneIn(oneIn) ? $", timeout: {chance.Next(5, 90)}s" : "";

    // Backwards only while visits are left, so that it ends.
    private void Next(StringBuilder text, int index)
    {
        text.Append("      next:\n");
        if (OneIn(3))
        {
            text.Append($"        - {{ when: output == 1, to: {Ahead(index)} }}\n");
        }

        if (index > 0 && OneIn(3))
        {
            text.Append($"        - {{ when: run.cycle.remaining > 0 and output != 2, to: s{chance.Next(index + 1)} }}\n");
            text.Append($"        - {{ to: {Ahead(index)} }}\n      max_visits: {chance.Next(2, 4)}\n");
        }
        else
        {
            text.Append($"        - {{ to: {(index + 1 < states ? $"s{index + 1}" : "done")} }}\n");
        }
    }

    private void Catch(StringBuilder text, int index)
    {
        if (OneIn(4))
        {
            return;
        }

        text.Append("      catch:\n");
        if (OneIn(2))
        {
            text.Append($"        - {{ on: [transient, timeout, budget], to: {Ahead(index)}, save: {{ last: \"${{{{ error.code }}}}\" }} }}\n");
        }

        text.Append($"        - {{ on: [\"*\"], to: {(OneIn(2) ? "bad" : Ahead(index))} }}\n");
    }

    private string Ahead(int index)
    {
        var target = chance.Next(index + 1, states + 1);
        return target == states ? "done" : $"s{target}";
    }

    private bool OneIn(int many) => chance.Next(many) == 0;
}
