using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orleans.Agents.Journal;
using Orleans.Agents.Telemetry;

namespace Orleans.Agents.Runs;

/// <summary>Fences epochs so that it is known: each is told of by whoever fenced it, for nobody else finds it afterwards.</summary>
public static class Fencing
{
    /// <summary>Fences every epoch whose process is gone; each is logged and counted, and everything is told for a while.</summary>
    /// <param name="carriers">Where the epochs are.</param>
    /// <param name="observation">How much is told from then on.</param>
    /// <param name="logger">Where each is logged.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <returns>Which they were.</returns>
    public static async Task<ImmutableArray<Epoch>> FenceGoneAsync(
        this ICarriers carriers, Observation observation, ILogger logger, CancellationToken cancellation)
    {
        var fenced = await carriers.FenceGoneAsync(cancellation);
        if (!fenced.IsEmpty)
        {
            fenced.ToList().ForEach(logger.EpochFenced);
            Instruments.EpochsFenced.Add(fenced.Length);
            observation.FindCrash();
        }

        return fenced;
    }
}
