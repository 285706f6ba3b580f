using System.Text.Json;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
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
internal sealed class LaneGrain(AgentsEngine engine, ISiloStatusOracle silos, TimeProvider time) : Grain, ILaneGrain
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly Loans loans = new(time);
    private readonly string activation = Guid.NewGuid().ToString("n");
    private IGrainTimer? looking;
    private int last;

    /// <inheritdoc/>
    public async Task<Envelope> LendAsync(Envelope offer)
    {
        try
        {
            var (attempts, lender) = offer.Read(SiloJson.Default.LaneOffer);
            var (work, taken) = await engine.Borrower.TakeAsync(attempts);
            var loan = $"{activation}-{++last}";
            if (taken > 0)
            {
                loans.Add(loan, work, lender is null ? null : SiloAddress.FromParsableString(lender));
                looking ??= this.RegisterGrainTimer(
                    GiveUp, new GrainTimerCreationOptions(Look, Look) { Interleave = true });
            }

            return Reply(new LaneReply.Taken(loan, taken));
        }
        catch (Exception unclear) when (unclear is HistoryException or JsonException or UnknownMessageException or StoreException)
        {
            return Reply(new LaneReply.Taken("", 0)); // it is made by a silo that can read it
        }
    }

    /// <inheritdoc/>
    public async Task<Envelope> CollectAsync(string loan) => Reply(
        await loans.CollectAsync(loan) is { } reports ? new LaneReply.Reported(reports) : new LaneReply.Forgotten());

    /// <inheritdoc/>
    public Task CancelAsync(string loan, int place)
    {
        loans.Cancel(loan, place);
        return Task.CompletedTask;
    }

    private Task GiveUp(CancellationToken cancellation)
    {
        loans.GiveUp(silos.IsDeadSilo);
        if (loans.AreNone)
        {
            looking?.Dispose();
            looking = null;
        }

        return Task.CompletedTask;
    }

    private static Envelope Reply(LaneReply reply) => Envelope.Of(reply, SiloJson.Default.LaneReply);
}
