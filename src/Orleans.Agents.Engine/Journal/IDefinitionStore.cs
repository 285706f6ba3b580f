namespace Orleans.Agents.Journal;

/// <summary>Keeps pinned definitions by their hash, for ever. Defined by <c>DefinitionStoreConformance</c>.</summary>
public interface IDefinitionStore
{
    /// <summary>Keeps a definition; saving it again changes nothing.</summary>
    Task SaveAsync(string hash, ReadOnlyMemory<byte> definition, CancellationToken cancellation);

    /// <summary>Reads a definition, byte for byte as saved.</summary>
    Task<ReadOnlyMemory<byte>?> FindAsync(string hash, CancellationToken cancellation);
}
