using Orleans.Agents.Runs;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Activities;

/// <summary>One attempt to be made in a lane.</summary>
/// <param name="Host">Who is told how it went.</param>
/// <param name="Workflow">The definition the run is pinned to.</param>
/// <param name="State">The run's state that asks for it.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Cancellation">Ends the attempt when the run no longer asks for it.</param>
internal sealed record LaneItem(
    RunHost Host, Workflow Workflow, RunState State, RunWork.Attempt Attempt, CancellationToken Cancellation)
{
    /// <summary>What is asked for: by the state, or by one of its branches.</summary>
    public State Asked => Workflow.States[Attempt.State].ActivityOf(Attempt.Activity.Branch);

    /// <summary>What tells this carrier of the run from those before it: greater after every takeover.</summary>
    public Epoch Epoch => new(State.Epoch);

    /// <summary>Whether the tool is not to be called but asked what became of the call.</summary>
    public bool IsReconciliation { get; init; }

    /// <summary>How far a call that must not be made twice has come.</summary>
    public CallStage Stage { get; set; }
}

/// <summary>How far a call that must not be made twice has come.</summary>
internal enum CallStage
{
    /// <summary>No intent is stored, or none is needed.</summary>
    NotIntended,

    /// <summary>Its intent is durable; it was not made.</summary>
    Intended,

    /// <summary>It is made: from now on only its tool knows whether it happened.</summary>
    Made,
}
