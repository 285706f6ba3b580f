using Microsoft.Extensions.Logging;
using Orleans.Agents.Activities;
using Orleans.Agents.Faults;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Runs;

/// <summary>What the carriers of runs in one process share.</summary>
internal sealed record RunServices(
    IJournal Journal,
    IInbox Inbox,
    ActivityLanes Lanes,
    EngineOptions Options,
    TimeProvider Time,
    FaultPlan Faults,
    ILogger Logger,
    Dispatch Dispatch,
    CancellationToken Stopping)
{
    /// <summary>The starts the store does not answer.</summary>
    public StartsInDoubt StartsInDoubt { get; } = new();
}
