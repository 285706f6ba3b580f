using System.Collections.Immutable;
using Orleans.Agents.Budgets;
using Orleans.Agents.Messages;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>What a run makes of a command.</summary>
public abstract record Decision
{
    private Decision()
    {
    }

    /// <summary>These facts follow. Store them all or none.</summary>
    /// <param name="At">When they happened: never before the run's last fact.</param>
    /// <param name="Events">The facts; at least one.</param>
    /// <param name="Next">The run's state with them.</param>
    public sealed record Accepted(DateTimeOffset At, ImmutableArray<RunEvent> Events, RunState Next) : Decision
    {
        /// <summary>The runs that begin with these facts: store their beginnings with them, or nothing.</summary>
        public ImmutableArray<ChildStart> Children { get; init; } = [];

        /// <summary>The child runs that are not waited for any more: ask each to stop, in the same transaction.</summary>
        public ImmutableArray<RunId> Abandoned { get; init; } = [];

        /// <summary>The messages for agents of other runs: leave each with its run, in the same transaction.</summary>
        public ImmutableArray<SentMessage> Sent { get; init; } = [];
    }

    /// <summary>Already dealt with, or no longer of interest. Not an error: deliveries repeat.</summary>
    public sealed record Ignored(string Why) : Decision;

    /// <summary>The caller asked for something this run cannot do.</summary>
    public sealed record Rejected(string Why) : Decision;
}

/// <summary>A run to be started by another.</summary>
/// <param name="Run">Its name.</param>
/// <param name="Workflow">What it is a run of.</param>
/// <param name="Input">What it works on; it satisfies the workflow's schema.</param>
/// <param name="Parent">Who starts it, and for what.</param>
/// <param name="CorrelationId">Its parent's.</param>
/// <param name="Folder">Its parent's.</param>
/// <param name="DepthLeft">How deep runs may go below it.</param>
/// <param name="Allotted">What it may use; null leaves it to its own budget.</param>
/// <param name="Traceparent">Its parent's.</param>
/// <param name="Sizes">Its parent's.</param>
public sealed record ChildStart(
    RunId Run,
    Workflow Workflow,
    Payload Input,
    RunParent Parent,
    Guid CorrelationId,
    string? Folder,
    int DepthLeft,
    Cost? Allotted = null,
    string? Traceparent = null,
    SizeLimits? Sizes = null);
