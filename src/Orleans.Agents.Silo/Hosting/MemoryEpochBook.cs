using System.Collections.Concurrent;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Silo.Hosting;

/// <summary>For silos of one process, which is for tests: they share an instance.</summary>
public sealed class MemoryEpochBook : IEpochBook
{
    private readonly ConcurrentDictionary<Epoch, SiloAddress> silos = [];

    /// <inheritdoc/>
    public Task NoteAsync(Epoch epoch, SiloAddress silo, CancellationToken cancellation)
    {
        silos[epoch] = silo;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<SiloAddress?> FindAsync(Epoch epoch, CancellationToken cancellation) =>
        Task.FromResult(silos.GetValueOrDefault(epoch));
}
