using System.Collections.Immutable;
using Orleans.Agents.Activities.Lending;
using Orleans.Agents.Models;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Hosting;

/// <summary>The engine in a process by itself: it opens what it finds, and nobody needs to be told.</summary>
internal sealed class EmbeddedHost : IEngineHost
{
    public static EmbeddedHost Instance { get; } = new();

    /// <inheritdoc/>
    public IOtherLanes OtherLanes => NoOtherLanes.Instance;

    /// <inheritdoc/>
    public IAgentGate GateFor(EngineOptions options, TimeProvider time) =>
        new ProcessAgentGate(options.MaxCallsPerAgent, time);

    /// <inheritdoc/>
    public void OnCarried(RunId run)
    {
    }

    /// <inheritdoc/>
    public Task OnEpochAsync(Epoch epoch, CancellationToken cancellation) => Task.CompletedTask;

    /// <inheritdoc/>
    public bool GoesOnAfter(Epoch fenced) => true;

    /// <inheritdoc/>
    public Task OnFencedAsync(ImmutableArray<Epoch> epochs, CancellationToken cancellation) => Task.CompletedTask;
}
