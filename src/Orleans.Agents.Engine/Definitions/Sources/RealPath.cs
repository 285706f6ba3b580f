namespace Orleans.Agents.Definitions.Sources;

/// <summary>Where a path leads once links are followed.</summary>
internal static class RealPath
{
    private const int MostLinks = 40;

    /// <summary>Whether a file lies in a folder or below it, wherever links lead.</summary>
    public static bool IsInside(string file, string folder)
    {
        var home = Of(folder);
        var real = Of(file);
        return home is not null
            && real is not null
            && real.StartsWith(
                Path.TrimEndingDirectorySeparator(home) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
    }

    private static string? Of(string path)
    {
        var full = Path.GetFullPath(path);
        var root = Path.GetPathRoot(full) ?? string.Empty;
        var rest = new Stack<string>(Segments(full[root.Length..]).Reverse());
        var real = root;
        for (var links = 0; rest.Count > 0;)
        {
            var next = Path.Combine(real, rest.Pop());
            var target = new FileInfo(next).LinkTarget;
            if (target is null)
            {
                real = next;
                continue;
            }

            if (++links > MostLinks)
            {
                return null;
            }

            var led = Path.GetFullPath(Path.Combine(real, target));
            real = Path.GetPathRoot(led) ?? string.Empty;
            foreach (var segment in Segments(led[real.Length..]).Reverse())
            {
                rest.Push(segment);
            }
        }

        return real;
    }

    private static string[] Segments(string path) =>
        path.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
}
