using System.Diagnostics.CodeAnalysis;

namespace Orleans.Agents.Values;

/// <summary>
/// Compares names that are kept as UTF-8 by their bytes. Its hash is for look-ups only; nothing is ordered by it.
/// </summary>
internal sealed class Utf8Names : IEqualityComparer<ReadOnlyMemory<byte>>
{
    internal static readonly Utf8Names Comparer = new();

    public bool Equals(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span);

    public int GetHashCode([DisallowNull] ReadOnlyMemory<byte> obj)
    {
        var hash = default(HashCode);
        hash.AddBytes(obj.Span);
        return hash.ToHashCode();
    }
}
