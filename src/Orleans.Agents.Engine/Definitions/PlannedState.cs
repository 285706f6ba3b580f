using System.Collections.Immutable;
using System.Diagnostics;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Definitions;

/// <summary>One state of a <see cref="Plan"/>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">
/// What it does: <c>agent</c>, <c>tool</c>, <c>workflow</c>, <c>launch</c>, <c>parallel</c>, <c>foreach</c>, <c>message</c>, <c>pass</c>, <c>wait</c>, <c>end</c> or
/// <c>fail</c>.
/// </param>
/// <param name="Target">The agent it asks, who tells whom, the tool it calls, the workflow it runs, its branches, the signal it waits for, or the code it fails with.</param>
/// <param name="Model">The model of the agent it asks.</param>
/// <param name="Description">What it is for, in the author's words.</param>
/// <param name="Next">Where the run goes next.</param>
/// <param name="Catch">Where the run goes when it fails.</param>
/// <param name="Attempts">How many attempts it makes at its activity; null when it has none.</param>
/// <param name="Timeout">How long one attempt may take.</param>
/// <param name="MaxVisits">How often a run may enter it.</param>
public sealed record PlannedState(
    string Name,
    string Kind,
    string? Target,
    string? Model,
    string? Description,
    ImmutableArray<PlannedTransition> Next,
    ImmutableArray<PlannedTransition> Catch,
    int? Attempts,
    TimeSpan? Timeout,
    int? MaxVisits)
{
    internal static PlannedState Of(State state, Workflow workflow, string? description)
    {
        var (kind, target) = state switch
        {
            State.AgentCall call => ("agent", call.Agent),
            State.ToolCall call => ("tool", call.Tool),
            State.WorkflowCall call => ("workflow", call.Workflow),
            State.Launch launch => ("launch", launch.Workflow),
            State.Parallel parallel => ("parallel", string.Join(", ", parallel.Branches.Select(b => b.Name))),
            State.ForEach { Do: State.AgentCall call } => ("foreach", call.Agent),
            State.ForEach { Do: State.ToolCall call } => ("foreach", call.Tool),
            State.ForEach { Do: State.WorkflowCall call } => ("foreach", call.Workflow),
            State.Send send => ("message", $"{send.From} to {send.To}"),
            State.Pass => ("pass", null),
            State.Wait => ("wait", null),
            State.Await wait => ("wait", wait.Signal),
            State.End => ("end", null),
            State.Fail fail => ("fail", fail.Code),
            _ => throw new UnreachableException(state.GetType().Name),
        };
        return new PlannedState(
            state.Name,
            kind,
            target,
            state is State.AgentCall asked ? workflow.Agents[asked.Agent].Model : null,
            description,
            [.. state.Next.Select(n => new PlannedTransition(n.When?.Text, n.To))],
            [.. state.Catch.Select(c => new PlannedTransition(string.Join(", ", c.On), c.To))],
            state is { AsksForActivity: true } and not State.Launch ? state.Retry.Attempts : null,
            state.Timeout,
            state.MaxVisits);
    }
}

/// <summary>One way out of a planned state.</summary>
/// <param name="When">The condition, or the failures it is for; null when it always applies.</param>
/// <param name="To">The state that follows.</param>
public sealed record PlannedTransition(string? When, string To);
