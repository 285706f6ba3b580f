using System.Collections.Immutable;
using Orleans.Agents.Activities.Lending;
using Orleans.Agents.Models;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Hosting;

/// <summary>
/// What differs between hosts: who else makes attempts, and who is told that a run has a carrier, or that a process is gone.
/// Nothing of it decides anything about a run.
/// </summary>
internal interface IEngineHost
{
    /// <summary>Who makes attempts that find no lane in this process.</summary>
    IOtherLanes OtherLanes { get; }

    /// <summary>What bounds the calls of agents, by a clock.</summary>
    IAgentGate GateFor(EngineOptions options, TimeProvider time);

    /// <summary>This process carries a run from now on. Must return at once.</summary>
    void OnCarried(RunId run);

    /// <summary>This process carries runs under this epoch from now on.</summary>
    Task OnEpochAsync(Epoch epoch, CancellationToken cancellation);

    /// <summary>Others took this process for dead, and its epoch is fenced.</summary>
    /// <returns>Whether it goes on under another epoch; if not, it carries nothing any more.</returns>
    bool GoesOnAfter(Epoch fenced);

    /// <summary>The processes of these epochs are gone, and the epochs have been fenced.</summary>
    Task OnFencedAsync(ImmutableArray<Epoch> epochs, CancellationToken cancellation);
}
