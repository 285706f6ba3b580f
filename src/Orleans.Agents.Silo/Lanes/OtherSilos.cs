using Orleans.Agents.Activities.Lending;

namespace Orleans.Agents.Silo.Lanes;

/// <summary>The lanes of the other silos. One that had none free is not asked again for a moment.</summary>
internal sealed class OtherSilos(
    IGrainFactory grains, ISiloStatusOracle silos, ILocalSiloDetails here, TimeProvider time) : IOtherLanes
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);

    private readonly Lock gate = new();
    private readonly HashSet<SiloAddress> occupied = [];
    private Action offer = static () => { };
    private bool hasBegun;
    private int turn;

    /// <summary>Other silos can be asked from now on.</summary>
    public void Begin()
    {
        lock (gate)
        {
            hasBegun = true;
        }

        offer();
    }

    /// <inheritdoc/>
    public void Attach(Action offer) => this.offer = offer;

    /// <inheritdoc/>
    public IOtherProcess? Next()
    {
        lock (gate)
        {
            if (!hasBegun)
            {
                return null;
            }

            var free = silos.GetActiveSilos().Where(silo => silo != here.SiloAddress && !occupied.Contains(silo)).ToList();
            if (free.Count == 0)
            {
                return null;
            }

            var silo = free[turn++ % free.Count];
            occupied.Add(silo);
            return new OtherSilo(silo, here.SiloAddress, grains, this);
        }
    }

    /// <summary>A silo has answered an offer, or did not.</summary>
    public async Task AnsweredAsync(SiloAddress silo, bool mayHaveMore)
    {
        if (!mayHaveMore)
        {
            await Task.Delay(Moment, time);
        }

        lock (gate)
        {
            occupied.Remove(silo);
        }

        offer();
    }
}
