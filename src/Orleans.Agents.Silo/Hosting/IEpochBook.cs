using Orleans.Agents.Runs;

namespace Orleans.Agents.Silo.Hosting;

/// <summary>
/// Keeps which silo carries runs under which epoch, so that the cluster can be told that a silo is gone as soon as its
/// epoch is fenced. What is kept must outlive the silo.
/// </summary>
public interface IEpochBook
{
    /// <summary>Notes the silo of an epoch. Noted again, nothing changes.</summary>
    Task NoteAsync(Epoch epoch, SiloAddress silo, CancellationToken cancellation);

    /// <summary>The silo of an epoch; null when none was noted, and where it is known that the silo was never part of the cluster.</summary>
    Task<SiloAddress?> FindAsync(Epoch epoch, CancellationToken cancellation);
}
