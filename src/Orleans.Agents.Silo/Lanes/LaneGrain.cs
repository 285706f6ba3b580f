using System.Text.Json;
using Orleans.Agents.Activities.Lending;
using Orleans.Agents.Hosting;
using Orleans.Agents.Runs;
using Orleans.Agents.Silo.Wire;
using Orleans.Concurrency;
using Orleans.Placement;

namespace Orleans.Agents.Silo.Lanes;

/// <summary>
/// Lends the lanes of its silo: takes as many attempts as there are free lanes, never more, so that nothing waits here while
/// there is room where it came from. The work is done in the lanes, never in a turn of this grain.
/// </summary>
[GrainType("lanes")]
[Reentrant]
[Immovable]
[KeepAlive]
[RandomPlacement]
internal sealed class LaneGrain(AgentsEngine engine) : Grain, ILaneGrain
{
    private readonly Dictionary<string, Borrowed> loans = new(StringComparer.Ordinal);
    private readonly string activation = Guid.NewGuid().ToString("n");
    private int last;

    /// <inheritdoc/>
    public async Task<Envelope> LendAsync(Envelope offer)
    {
        try
        {
            var (work, taken) = await engine.Borrower.TakeAsync(offer.Read(SiloJson.Default.LaneOffer).Attempts);
            var loan = $"{activation}-{++last}";
            if (taken > 0)
            {
                loans.Add(loan, work);
            }

            return Reply(new LaneReply.Taken(loan, taken));
        }
        catch (Exception unclear) when (unclear is HistoryException or JsonException or UnknownMessageException)
        {
            return Reply(new LaneReply.Taken("", 0)); // it is made by a silo that can read it
        }
    }

    /// <inheritdoc/>
    public async Task<Envelope> CollectAsync(string loan)
    {
        if (!loans.TryGetValue(loan, out var work))
        {
            return Reply(new LaneReply.Forgotten());
        }

        var reports = await work.CollectAsync();
        if (work.IsDone)
        {
            loans.Remove(loan);
        }

        return Reply(new LaneReply.Reported(reports));
    }

    /// <inheritdoc/>
    public Task CancelAsync(string loan, int place)
    {
        loans.GetValueOrDefault(loan)?.Cancel(place);
        return Task.CompletedTask;
    }

    private static Envelope Reply(LaneReply reply) => Envelope.Of(reply, SiloJson.Default.LaneReply);
}
