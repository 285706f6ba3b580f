using System.Collections.Immutable;
using Orleans.Agents.Activities.Lending;
using Orleans.Agents.Silo.Wire;
using Orleans.Runtime.Placement;

namespace Orleans.Agents.Silo.Lanes;

/// <summary>Another silo that makes attempts for this one, asked by its lane grain.</summary>
internal sealed class OtherSilo(SiloAddress silo, SiloAddress here, IGrainFactory grains, OtherSilos silos) : IOtherProcess
{
    private readonly ILaneGrain lanes = grains.GetGrain<ILaneGrain>(silo.ToParsableString());

    /// <inheritdoc/>
    public async Task<LoanAnswer> LendAsync(ImmutableArray<LentAttempt> attempts)
    {
        var taken = 0;
        try
        {
            // Where the grain is to lie when it is not there yet.
            RequestContext.Set(IPlacementDirector.PlacementHintKey, silo);
            var offer = Envelope.Of(new LaneOffer(attempts, here.ToParsableString()), SiloJson.Default.LaneOffer);
            var answer = await AskAsync<LaneReply.Taken>(() => lanes.LendAsync(offer));
            taken = answer.Count;
            return new LoanAnswer(answer.Loan, taken);
        }
        finally
        {
            _ = silos.AnsweredAsync(silo, mayHaveMore: taken == attempts.Length);
        }
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<LentReport>> CollectAsync(string loan) =>
        (await AskAsync<LaneReply.Reported>(() => lanes.CollectAsync(loan))).Reports;

    /// <inheritdoc/>
    public void Cancel(string loan, int place) => lanes.CancelAsync(loan, place).Ignore();

    private async Task<TReply> AskAsync<TReply>(Func<Task<Envelope>> ask)
        where TReply : LaneReply
    {
        try
        {
            var envelope = await ask();
            return envelope.Read(SiloJson.Default.LaneReply) as TReply
                ?? throw new LaneLostException($"Silo {silo} knows nothing of the loan any more.");
        }
        catch (Exception lost) when (lost is OrleansException or TimeoutException or UnknownMessageException)
        {
            throw new LaneLostException($"Silo {silo} does not answer: {lost.Message}", lost);
        }
    }
}
