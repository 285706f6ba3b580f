using System.Collections.Immutable;

namespace Orleans.Agents.Journal;

/// <summary>
/// Keeps pinned definitions by their hash, for ever, and which of them was published last under a name. Defined by
/// <c>DefinitionStoreConformance</c>.
/// </summary>
public interface IDefinitionStore
{
    /// <summary>Keeps a definition; saving it again changes nothing.</summary>
    Task SaveAsync(string hash, ReadOnlyMemory<byte> definition, CancellationToken cancellation);

    /// <summary>Reads a definition, byte for byte as saved.</summary>
    Task<ReadOnlyMemory<byte>?> FindAsync(string hash, CancellationToken cancellation);

    /// <summary>
    /// Has names stand for definitions that are kept, all of them or none. Of those who publish under one name at the same moment,
    /// who is stored last counts; the moment that is kept never goes back.
    /// </summary>
    /// <param name="publications">Each workflow stands among them once.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    Task PublishAsync(ImmutableArray<Publication> publications, CancellationToken cancellation);

    /// <summary>What was published last under a name; null when nothing was.</summary>
    Task<Publication?> FindPublishedAsync(string workflow, CancellationToken cancellation);

    /// <summary>What was published last under each name, in the order of names.</summary>
    Task<ImmutableArray<Publication>> ListPublishedAsync(CancellationToken cancellation);
}

/// <summary>Which definition new runs of a workflow are started from.</summary>
/// <param name="Workflow">The workflow's name.</param>
/// <param name="Hash">The definition's hash.</param>
/// <param name="Version">Its author's version.</param>
/// <param name="At">When it was published, to the millisecond.</param>
public sealed record Publication(string Workflow, string Hash, string? Version, DateTimeOffset At);
