using System.Collections.Frozen;
using Orleans.Agents.Definitions.Drafts;
using Orleans.Agents.Definitions.Sources;

namespace Orleans.Agents.Definitions.Checks;

/// <summary>
/// Looks at the states of a workflow as a graph: what cannot be reached, cannot end, or is bounded by nothing.
/// </summary>
internal sealed class GraphCheck(Findings findings)
{
    public void Check(WorkflowDraft workflow)
    {
        foreach (var state in workflow.States)
        {
            CheckNext(state);
            CheckCatch(state);
        }

        // With a target missing every further remark would be a guess.
        var graph = new StateGraph(workflow.States);
        if (workflow.Start is not { } start || !graph.Knows(start.Text) || !graph.IsWhole
            || (workflow.Exceeded is { } unknown && !graph.Knows(unknown.Text)))
        {
            return;
        }

        var reached = graph.From(workflow.Exceeded is { } resort ? [start.Text, resort.Text] : [start.Text]);
        foreach (var state in workflow.States.Where(s => !reached.Contains(s.Name)))
        {
            findings.Warn(
                DiagnosticCode.UnreachableState,
                state.Key,
                $"No run comes to the state \"{state.Name}\"",
                "a `next` or `catch` that leads to it");
        }

        var ending = graph.Into(workflow.States.Where(s => s.EndsRun).Select(s => s.Name));
        foreach (var state in workflow.States.Where(s => reached.Contains(s.Name) && !ending.Contains(s.Name)))
        {
            findings.Error(
                DiagnosticCode.NoEnd,
                state.Key,
                $"From the state \"{state.Name}\" no run comes to an end",
                "a way to a state with `end` or `fail`");
        }

        CheckCycles(workflow, graph);
    }

    private void CheckNext(StateDraft state)
    {
        var always = state.Next.TakeWhile(n => n.When is not null).Count();
        foreach (var dead in state.Next.Skip(always + 1))
        {
            findings.Error(
                DiagnosticCode.DeadTransition,
                dead.Node,
                "This alternative is never reached: the one before it has no `when`",
                "the alternative without `when` at the end");
        }

        if (always == state.Next.Length && state.Next is [.., var last])
        {
            findings.Warn(
                DiagnosticCode.NoCatchAll,
                last.Node,
                "When no alternative applies the run fails with workflow.no_transition",
                "a last alternative without `when`");
        }
    }

    private void CheckCatch(StateDraft state)
    {
        for (var i = 1; i < state.Catch.Length; i++)
        {
            var earlier = state.Catch.Take(i).SelectMany(c => c.On).Select(p => p.Text).ToArray();
            var on = state.Catch[i].On;
            if (on.Length > 0 && on.All(p => earlier.Any(e => FailurePattern.Covers(e, p.Text))))
            {
                findings.Error(
                    DiagnosticCode.DeadCatch,
                    state.Catch[i].Node,
                    "This catch never matches: those before it take all of its failures",
                    "the narrower catch first");
            }
        }
    }

    private void CheckCycles(WorkflowDraft workflow, StateGraph graph)
    {
        var bounded = workflow.States
            .Where(s => s.MaxVisits is not null)
            .Select(s => s.Name)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var cycle in graph.Cycles(without: bounded))
        {
            var names = workflow.States.Select(s => s.Name).Where(cycle.Contains);
            var first = workflow.States.First(s => cycle.Contains(s.Name));
            findings.Warn(
                DiagnosticCode.UnboundedCycle,
                first.Key,
                $"Only the budget bounds the cycle of {Node.Shorten(string.Join(", ", names))}",
                "`max_visits` on one of these states");
        }

        var inCycles = graph
            .Cycles(without: FrozenSet<string>.Empty)
            .SelectMany(c => c)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var state in workflow.States.Where(s => s.Visits > 1 && !inCycles.Contains(s.Name)))
        {
            findings.Warn(
                DiagnosticCode.BoundWithoutCycle,
                state.MaxVisits!,
                $"No cycle leads back to the state \"{state.Name}\", so it is never visited twice",
                "the field left out");
        }
    }
}
