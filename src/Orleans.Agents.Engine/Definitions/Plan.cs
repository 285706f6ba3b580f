using System.Collections.Immutable;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Definitions;

/// <summary>What a run of a workflow may do, without doing any of it.</summary>
/// <param name="Workflow">The workflow's name.</param>
/// <param name="Version">The author's version of it.</param>
/// <param name="Description">What it does, in the author's words.</param>
/// <param name="Hash">What a run would be pinned to.</param>
/// <param name="Start">The state a run begins in.</param>
/// <param name="States">
/// The states, the first one first, then in the order in which they follow, then the rest by name.
/// </param>
/// <param name="Activities">How many attempts at activities a run may make.</param>
/// <param name="Time">How long they may take together.</param>
/// <param name="Deadline">How long a run may take by the clock on the wall.</param>
/// <param name="Read">The folders that its tools may read, as written.</param>
/// <param name="Write">The folders that its tools may write, as written.</param>
/// <param name="Env">The environment variables that its expressions may read.</param>
public sealed record Plan(
    string Workflow,
    string? Version,
    string? Description,
    string Hash,
    string Start,
    ImmutableArray<PlannedState> States,
    long Activities,
    TimeSpan Time,
    TimeSpan? Deadline,
    ImmutableArray<string> Read,
    ImmutableArray<string> Write,
    ImmutableArray<string> Env)
{
    internal static Plan Of(Workflow workflow, PlanNotes notes) => new(
        workflow.Name,
        workflow.Version,
        notes.Description,
        workflow.Hash,
        workflow.Start,
        [.. InOrder(workflow).Select(s => PlannedState.Of(s, workflow, notes.States.GetValueOrDefault(s.Name)))],
        workflow.Budget.Activities,
        workflow.Budget.Time,
        workflow.Deadline,
        notes.Read,
        notes.Write,
        workflow.Policy.Env);

    private static IEnumerable<State> InOrder(Workflow workflow)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { workflow.Start };
        var open = new Queue<string>(seen);
        while (open.TryDequeue(out var name))
        {
            var state = workflow.States[name];
            yield return state;
            foreach (var target in state.Next.Select(n => n.To).Concat(state.Catch.Select(c => c.To)).Where(seen.Add))
            {
                open.Enqueue(target);
            }
        }

        foreach (var state in workflow.States.Values.Where(s => !seen.Contains(s.Name)))
        {
            yield return state;
        }
    }
}

/// <summary>What a workflow says for people, which is not stored with a run.</summary>
internal sealed record PlanNotes(
    string? Description,
    ImmutableSortedDictionary<string, string> States,
    ImmutableArray<string> Read,
    ImmutableArray<string> Write);
