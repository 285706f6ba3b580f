using System.Diagnostics;
using Orleans.Agents.Runs;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Activities;

/// <summary>Who wants an attempt made and is told how it went: the run's host, or another process on its behalf.</summary>
internal interface ILaneOwner
{
    /// <summary>The definition the run is pinned to.</summary>
    Workflow Workflow { get; }

    /// <summary>Whether the run is carried still by the process that asks, as far as it knows.</summary>
    bool IsCarrying { get; }

    /// <summary>The span of the visit that asks for it; none when nobody watches there.</summary>
    ActivityContext Span { get; }

    /// <summary>Puts a command to the run; the answer comes when what follows from it is durable.</summary>
    Task<Told> TellAsync(RunCommand command);

    /// <summary>Says how an attempt went. Its lane is free again when that is durable, or of no use.</summary>
    void Report(RunCommand report, LaneItem item);

    /// <summary>An attempt ended without a word, because it was cancelled.</summary>
    void Abandoned(LaneItem item);
}
