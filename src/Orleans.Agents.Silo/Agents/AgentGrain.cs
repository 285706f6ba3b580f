using System.Text.Json.Serialization;
using Orleans.Agents.Silo.Wire;
using Orleans.Concurrency;

namespace Orleans.Agents.Silo.Agents;

/// <summary>
/// One agent in the whole cluster: divides the calls that may be under way at once among the silos, and counts. The counts are
/// saved now and then; a silo that dies takes those of a few seconds with it.
/// </summary>
[GrainType("agent")]
[Reentrant]
internal sealed class AgentGrain(
    [PersistentState("agent")] IPersistentState<AgentState> state, TimeProvider time) : Grain, IAgentGrain
{
    private static readonly TimeSpan BetweenSaves = TimeSpan.FromSeconds(5);

    private readonly AgentShares shares = new(time);
    private bool isSaved = true;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        this.RegisterGrainTimer(SaveAsync, new GrainTimerCreationOptions(BetweenSaves, BetweenSaves));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        SaveAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<Envelope> ReportAsync(Envelope report)
    {
        var (silo, underWay, wanted, done, most) = report.Read(SiloJson.Default.AgentReport);
        if (done != AgentCounts.None)
        {
            state.State.Counts += done;
            isSaved = false;
        }

        var granted = most is { } limit ? shares.Grant(silo, underWay, wanted, limit) : wanted;
        return Task.FromResult(Envelope.Of(new AgentGrant(granted), SiloJson.Default.AgentGrant));
    }

    /// <inheritdoc/>
    public Task<Envelope> CountsAsync() =>
        Task.FromResult(Envelope.Of(state.State.Counts, SiloJson.Default.AgentCounts));

    private async Task SaveAsync(CancellationToken cancellation)
    {
        if (!isSaved)
        {
            isSaved = true;
            try
            {
                await state.WriteStateAsync(cancellation);
            }
            catch
            {
                isSaved = false;
                throw;
            }
        }
    }
}

/// <summary>What is kept of an agent.</summary>
internal sealed class AgentState
{
    /// <summary>What it was asked.</summary>
    [JsonPropertyName("counts")]
    public AgentCounts Counts { get; set; } = AgentCounts.None;
}
