using System.Collections.Immutable;

namespace Orleans.Agents.Tools.Files;

/// <summary>
/// Which entries of a walk count: those an include pattern matches, all if there is none, less the excluded.
/// </summary>
internal sealed class FileFilter(IEnumerable<string>? include, IEnumerable<string>? exclude)
{
    /// <summary>How many patterns a list may have.</summary>
    public const int MaxPatterns = 100;

    /// <summary>How long a pattern may be.</summary>
    public const int MaxPatternLength = 1000;

    private readonly ImmutableArray<Glob> included = [.. (include ?? []).Select(Glob.Parse)];
    private readonly ImmutableArray<Glob> excluded = [.. (exclude ?? []).Select(Glob.Parse)];

    /// <summary>Whether a path is included by itself; what is in an included folder is included with it.</summary>
    public bool Includes(ReadOnlySpan<string> path, bool isFolder) =>
        included.IsEmpty || Any(included, path, isFolder);

    /// <summary>Whether a path is left out, and if it is a folder, all that is in it.</summary>
    public bool Excludes(ReadOnlySpan<string> path, bool isFolder) => Any(excluded, path, isFolder);

    private static bool Any(ImmutableArray<Glob> globs, ReadOnlySpan<string> path, bool isFolder)
    {
        foreach (var glob in globs)
        {
            if (glob.Matches(path, isFolder))
            {
                return true;
            }
        }

        return false;
    }
}
