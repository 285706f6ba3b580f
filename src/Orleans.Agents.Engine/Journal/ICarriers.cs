using System.Collections.Immutable;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Journal;

/// <summary>Hands out epochs and fences those whose process is gone. Defined by <c>CarriersConformance</c>.</summary>
public interface ICarriers
{
    /// <summary>Takes a new epoch for this process. It stays valid until it is released or the process is gone.</summary>
    /// <param name="isKeeper">Whether the process takes on runs of others, and so gets a share of those that wait.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    Task<Epoch> TakeAsync(bool isKeeper, CancellationToken cancellation);

    /// <summary>Fences every epoch whose process is gone and says which they were. Never fences a living one.</summary>
    Task<ImmutableArray<Epoch>> FenceGoneAsync(CancellationToken cancellation);

    /// <summary>Gives an epoch back: it is fenced, so the runs it owned may be claimed at once.</summary>
    Task ReleaseAsync(Epoch epoch, CancellationToken cancellation);

    /// <summary>
    /// Those of some epochs whose process ended without a word, or was taken for dead: they were fenced, and it never gave them
    /// back nor said goodbye.
    /// </summary>
    Task<ImmutableArray<Epoch>> FindCrashedAsync(ImmutableArray<Epoch> epochs, CancellationToken cancellation);

    /// <summary>Whether an epoch may not write any more; also true of one that nobody ever took.</summary>
    Task<bool> IsFencedAsync(Epoch epoch, CancellationToken cancellation);
}
