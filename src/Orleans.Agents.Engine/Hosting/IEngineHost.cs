using System.Collections.Immutable;
using Orleans.Agents.Activities.Lending;
using Orleans.Agents.Models;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Hosting;

/// <summary>
/// What differs between hosts: where a run that waits for a carrier is opened, and who is told that it has one. Nothing of
/// it decides anything about a run.
/// </summary>
internal interface IEngineHost
{
    /// <summary>Who makes attempts that find no lane in this process.</summary>
    IOtherLanes OtherLanes { get; }

    /// <summary>What bounds the calls of agents, by a clock.</summary>
    IAgentGate GateFor(EngineOptions options, TimeProvider time);

    /// <summary>Has each of some runs that wait for a carrier opened where the host wants it carried.</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="openHere">Opens runs in this process.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>What became of them, as far as this process knows.</returns>
    Task<OpenedRuns> WakeAsync(
        ImmutableArray<RunId> runs, OpenRuns openHere, CancellationToken cancellation);

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

/// <summary>Opens those of some runs that nobody carries, in this process.</summary>
internal delegate Task<OpenedRuns> OpenRuns(ImmutableArray<RunId> runs, CancellationToken cancellation);
