using Orleans.Agents.Silo.Wire;

namespace Orleans.Agents.Silo.Lanes;

/// <summary>The lanes of one silo, named like it, as other silos see them.</summary>
[Alias("agents.lanes")]
internal interface ILaneGrain : IGrainWithStringKey
{
    /// <summary>Answers a <see cref="LaneOffer"/> with a <see cref="LaneReply"/>: what it takes, as it has free lanes.</summary>
    [Alias("lend")]
    Task<Envelope> LendAsync(Envelope offer);

    /// <summary>
    /// Answers the name of a loan with a <see cref="LaneReply"/>, when there is something to report. An attempt may take
    /// long; a silo that is gone fails the call.
    /// </summary>
    [Alias("collect")]
    [ResponseTimeout("1.00:00:00")]
    Task<Envelope> CollectAsync(string loan);

    /// <summary>Gives up an attempt.</summary>
    [Alias("cancel")]
    Task CancelAsync(string loan, int place);
}
