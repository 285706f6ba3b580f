namespace Orleans.Agents.Tools.Files;

/// <summary>
/// A pattern for paths. <c>*</c> and <c>?</c> stay within a name, <c>**</c> is any number of folders. Without a slash
/// it means a name at any depth; with one, a path from the root. A slash at the end means folders only. Upper and lower
/// case differ. Matching never takes longer than the product of the two lengths.
/// </summary>
internal sealed class Glob
{
    private readonly string[] names;
    private readonly bool foldersOnly;
    private readonly bool anyDepth;

    private Glob(string[] names, bool foldersOnly, bool anyDepth)
    {
        this.names = names;
        this.foldersOnly = foldersOnly;
        this.anyDepth = anyDepth;
    }

    public static Glob Parse(string pattern)
    {
        var trimmed = pattern.TrimEnd('/');
        var anyDepth = !trimmed.Contains('/', StringComparison.Ordinal);
        var names = RealPath.Names(trimmed);

        // At the end it means what is in the folder, and not the folder itself.
        return new Glob(names is [.., "**"] ? [.. names, "*"] : names, trimmed.Length < pattern.Length, anyDepth);
    }

    /// <summary>Whether a path matches.</summary>
    /// <param name="path">The names of the path, from the root.</param>
    /// <param name="isFolder">Whether it is a folder.</param>
    public bool Matches(ReadOnlySpan<string> path, bool isFolder) =>
        (isFolder || !foldersOnly)
        && (anyDepth ? names is [var only, ..] && MatchesName(only, path[^1]) : MatchesPath(path));

    // Going back to the last star only is enough: an earlier star could give up nothing that the last one cannot take.
    private bool MatchesPath(ReadOnlySpan<string> path)
    {
        var (pattern, at, star, mark) = (0, 0, -1, 0);
        while (at < path.Length)
        {
            if (pattern < names.Length && names[pattern] == "**")
            {
                (star, mark) = (pattern++, at);
            }
            else if (pattern < names.Length && MatchesName(names[pattern], path[at]))
            {
                pattern++;
                at++;
            }
            else if (star >= 0)
            {
                pattern = star + 1;
                at = ++mark;
            }
            else
            {
                return false;
            }
        }

        return names.AsSpan(pattern).TrimStart("**").IsEmpty;
    }

    private static bool MatchesName(string pattern, string name)
    {
        var (p, at, star, mark) = (0, 0, -1, 0);
        while (at < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (star, mark) = (p++, at);
            }
            else if (p < pattern.Length && pattern[p] == '?')
            {
                p++;
                at += char.IsSurrogatePair(name, at) ? 2 : 1;
            }
            else if (p < pattern.Length && pattern[p] == name[at])
            {
                p++;
                at++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                at = ++mark;
            }
            else
            {
                return false;
            }
        }

        return pattern.AsSpan(p).TrimStart('*').IsEmpty;
    }
}
