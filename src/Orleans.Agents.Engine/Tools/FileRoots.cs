using System.Collections.Immutable;

namespace Orleans.Agents.Tools;

/// <summary>Where a run's tools may read and write: nothing is allowed that a policy does not name.</summary>
/// <param name="Folder">What relative paths are relative to, absolute; null when relative paths are refused.</param>
/// <param name="Read">Absolute folders that may be read, with everything below them.</param>
/// <param name="Write">Absolute folders that may be written, with everything below them.</param>
public sealed record FileRoots(string? Folder, ImmutableArray<string> Read, ImmutableArray<string> Write)
{
    /// <summary>No file access at all.</summary>
    public static FileRoots None { get; } = new(null, [], []);
}
