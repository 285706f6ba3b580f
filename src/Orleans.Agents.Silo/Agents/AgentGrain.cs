using System.Text.Json.Serialization;
using Orleans.Agents.Silo.Wire;
using Orleans.Concurrency;

namespace Orleans.Agents.Silo.Agents;

/// <summary>
/// One agent in the whole cluster: divides the calls that may be under way at once among the silos, and those that may begin, and
/// counts. What is counted is saved now and then; a silo that dies takes a few seconds of it along.
/// </summary>
[GrainType("agent")]
[Reentrant]
internal sealed class AgentGrain(
    [PersistentState("agent")] IPersistentState<AgentState> state, TimeProvider time) : Grain, IAgentGrain
{
    private static readonly TimeSpan BetweenSaves = TimeSpan.FromSeconds(5);

    private readonly AgentShares shares = new(time);
    private readonly RateShares rates = new(time);
    private bool isSaved = true;
    private bool isOver;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (state.State.Rate is { } kept)
        {
            rates.Restore(kept);
        }

        this.RegisterGrainTimer(SaveAsync, new GrainTimerCreationOptions(BetweenSaves, BetweenSaves));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        (isOver, isSaved) = (true, isSaved && !rates.IsKnown);
        return SaveAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Envelope> ReportAsync(Envelope report)
    {
        var (silo, underWay, wanted, done, most, rate) = report.Read(SiloJson.Default.AgentReport);
        if (done != AgentCounts.None)
        {
            state.State.Counts += done;
            isSaved = false;
        }

        var granted = most is { } limit ? shares.Grant(silo, underWay, wanted, limit) : wanted;
        RateGrant? begins = null;
        if (rate is not null)
        {
            begins = rates.Grant(silo, rate);
            isSaved = false;
        }

        return Task.FromResult(Envelope.Of(new AgentGrant(granted, begins), SiloJson.Default.AgentGrant));
    }

    /// <inheritdoc/>
    public Task<Envelope> CountsAsync() =>
        Task.FromResult(Envelope.Of(state.State.Counts, SiloJson.Default.AgentCounts));

    private async Task SaveAsync(CancellationToken cancellation)
    {
        if (!isSaved)
        {
            isSaved = true;
            state.State.Rate = rates.IsKnown ? rates.Save(isOver) : state.State.Rate;
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

    /// <summary>When it was called, and who may call it; null while no definition gives it a rate.</summary>
    [JsonPropertyName("rate")]
    public RateState? Rate { get; set; }
}
