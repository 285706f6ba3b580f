using Orleans.Agents.Definitions.Drafts;

namespace Orleans.Agents.Definitions.Checks;

/// <summary>Which state leads to which. Loops rather than recursion: a workflow may have very many states.</summary>
internal sealed class StateGraph
{
    private readonly Dictionary<string, string[]> next = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> previous = new(StringComparer.Ordinal);

    public StateGraph(IReadOnlyCollection<StateDraft> states)
    {
        foreach (var state in states)
        {
            next[state.Name] = state.EndsRun ? [] : [.. state.Targets.Select(t => t.Text).Distinct()];
            previous[state.Name] = [];
        }

        foreach (var (from, targets) in next)
        {
            foreach (var target in targets)
            {
                if (previous.TryGetValue(target, out var sources))
                {
                    sources.Add(from);
                }
            }
        }

        IsWhole = next.Values.All(targets => targets.All(Knows)) && states.All(s => s.EndsRun || s.Next.Length > 0);
    }

    /// <summary>Whether every target is there, and every state says where it leads or ends the run.</summary>
    public bool IsWhole { get; }

    public bool Knows(string state) => next.ContainsKey(state);

    /// <summary>The states that can be reached from some, themselves among them.</summary>
    public HashSet<string> From(IEnumerable<string> states) => Walk(states, s => next[s]);

    /// <summary>The states from which some can be reached, themselves among them.</summary>
    public HashSet<string> Into(IEnumerable<string> states) => Walk(states, s => previous[s]);

    /// <summary>The groups of states that lead back to each other, when some states are left out.</summary>
    public List<HashSet<string>> Cycles(IReadOnlySet<string> without)
    {
        var cycles = new List<HashSet<string>>();
        var order = FinishingOrder(without);
        var assigned = new HashSet<string>(without, StringComparer.Ordinal);
        for (var i = order.Count - 1; i >= 0; i--)
        {
            if (assigned.Contains(order[i]))
            {
                continue;
            }

            var group = Walk([order[i]], s => previous[s].Where(p => !assigned.Contains(p)));
            assigned.UnionWith(group);
            if (group.Count > 1 || next[order[i]].Contains(order[i]))
            {
                cycles.Add(group);
            }
        }

        return cycles;
    }

    // States in the order in which a walk in depth has seen all that follows them.
    private List<string> FinishingOrder(IReadOnlySet<string> without)
    {
        var order = new List<string>();
        var seen = new HashSet<string>(without, StringComparer.Ordinal);
        var open = new Stack<(string State, int Child)>();
        foreach (var root in next.Keys.Where(seen.Add))
        {
            open.Push((root, 0));
            while (open.TryPop(out var at))
            {
                if (at.Child == next[at.State].Length)
                {
                    order.Add(at.State);
                    continue;
                }

                open.Push((at.State, at.Child + 1));
                if (seen.Add(next[at.State][at.Child]))
                {
                    open.Push((next[at.State][at.Child], 0));
                }
            }
        }

        return order;
    }

    private static HashSet<string> Walk(IEnumerable<string> from, Func<string, IEnumerable<string>> step)
    {
        var seen = from.ToHashSet(StringComparer.Ordinal);
        var open = new Queue<string>(seen);
        while (open.TryDequeue(out var state))
        {
            foreach (var following in step(state).Where(seen.Add))
            {
                open.Enqueue(following);
            }
        }

        return seen;
    }
}
