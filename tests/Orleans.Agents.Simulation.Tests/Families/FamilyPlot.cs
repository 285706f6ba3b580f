using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Orleans.Agents.Definitions;
using Orleans.Agents.Simulation.Tests.Workflows;

namespace Orleans.Agents.Simulation.Tests.Families;

/// <summary>
/// Workflows that run each other, as text that can be made smaller. The states of each are <c>s0</c>, <c>s1</c> and so on; what
/// follows the last is <c>done</c>.
/// </summary>
/// <param name="Workflows">All of them; the first is the one that is run.</param>
/// <param name="Agent">The document of the agent that they ask.</param>
internal sealed partial record FamilyPlot(ImmutableArray<FamilyPlot.Writing> Workflows, string Agent)
{
    /// <summary>The workflow that is run, loaded as an author's would be.</summary>
    public Definition Load() => Plot.Load(ToString());

    /// <summary>Whether it can be loaded.</summary>
    public bool IsSound
    {
        get
        {
            try
            {
                return Load() is not null;
            }
            catch (FormatException)
            {
                return false;
            }
        }
    }

    /// <summary>Everything that is one state less, or does nothing in one state.</summary>
    public IEnumerable<FamilyPlot> Smaller()
    {
        for (var i = 0; i < Workflows.Length; i++)
        {
            foreach (var smaller in Workflows[i].Smaller())
            {
                yield return this with { Workflows = Workflows.SetItem(i, smaller) };
            }

            if (i > 0 && !Workflows.Any(w => w.States.Any(s => s.Contains($"workflow: w{i}", StringComparison.Ordinal))))
            {
                yield return this with { Workflows = Workflows.RemoveAt(i) };
            }
        }
    }

    /// <summary>The definition as its author would write it.</summary>
    public override string ToString() => string.Join("---\n", Workflows.Select(w => w.ToString()).Append(Agent));

    /// <summary>One workflow.</summary>
    /// <param name="Name">What it is called.</param>
    /// <param name="Head">Its fields besides the states.</param>
    /// <param name="States">What each state says.</param>
    public sealed record Writing(string Name, string Head, ImmutableArray<string> States)
    {
        private const string Nothing = "      pass: {}\n";

        public IEnumerable<Writing> Smaller()
        {
            for (var i = 0; i < States.Length && States.Length > 1; i++)
            {
                yield return Without(i);
            }

            for (var i = 0; i < States.Length; i++)
            {
                var idle = $"{Nothing}      next: {NameOf(i + 1, States.Length)}\n";
                if (States[i].Length > idle.Length)
                {
                    yield return this with { States = States.SetItem(i, idle) };
                }
            }
        }

        public override string ToString()
        {
            var text = new StringBuilder($"apiVersion: orleans.agents/v1\nkind: Workflow\nmetadata: {{ name: {Name} }}\nspec:\n{Head}");
            text.Append("  start: s0\n  states:\n");
            for (var i = 0; i < States.Length; i++)
            {
                text.Append($"    s{i}:\n{States[i]}");
            }

            text.Append("    done: { end: { last: \"${{ context.last }}\", n: \"${{ context.n }}\", visit: \"${{ run.visit }}\" } }\n");
            return text.Append("    bad: { fail: { code: gave_up, message: \"${{ error.code }} in ${{ error.state }}\" } }\n").ToString();
        }

        // What led to the state leads to the one after it.
        private Writing Without(int index)
        {
            var last = States.Length - 1;
            return this with
            {
                States = [.. States.RemoveAt(index).Select(state => StateName().Replace(state, name =>
                {
                    var number = int.Parse(name.ValueSpan[1..], System.Globalization.CultureInfo.InvariantCulture);
                    return NameOf(number > index ? number - 1 : number, last);
                }))],
            };
        }

        private static string NameOf(int number, int count) => number < count ? $"s{number}" : "done";
    }

    [GeneratedRegex(@"\bs\d+\b")]
    private static partial Regex StateName();
}
