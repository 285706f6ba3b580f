using System.Collections.Immutable;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Journal;

internal sealed class MemoryCarriers(MemoryStore store) : ICarriers
{
    public Task<Epoch> TakeAsync(bool isKeeper, CancellationToken cancellation) => store.DoAsync(
        database =>
        {
            var epoch = new Epoch(database.Carriers.Count + 1);
            database.Carriers.Add(epoch, store);
            return epoch;
        },
        cancellation);

    public Task<ImmutableArray<Epoch>> FenceGoneAsync(CancellationToken cancellation) => store.DoAsync(
        database =>
        {
            ImmutableArray<Epoch> gone =
            [
                .. from carrier in database.Carriers where carrier.Value is { IsOpen: false } select carrier.Key,
            ];
            foreach (var epoch in gone)
            {
                database.Carriers[epoch] = null;
                database.Crashed.Add(epoch);
            }

            return gone;
        },
        cancellation);

    public Task ReleaseAsync(Epoch epoch, CancellationToken cancellation) => store.DoAsync(
        database =>
        {
            var isValid = database.IsValid(epoch);
            if (isValid)
            {
                database.Carriers[epoch] = null;
            }

            return isValid;
        },
        cancellation);

    public Task<ImmutableArray<Epoch>> FindCrashedAsync(ImmutableArray<Epoch> epochs, CancellationToken cancellation) =>
        store.DoAsync(database => epochs.Where(database.Crashed.Contains).ToImmutableArray(), cancellation);

    public Task<bool> IsFencedAsync(Epoch epoch, CancellationToken cancellation) =>
        store.DoAsync(database => !database.IsValid(epoch), cancellation);
}
