namespace Orleans.Agents.Tools.Files;

/// <summary>Where a path really leads when every link on the way is followed.</summary>
internal static class RealPath
{
    /// <summary>As many as the kernel follows.</summary>
    private const int MaxLinks = 40;

    private static readonly char[] Separators = [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar];

    /// <summary>
    /// The real path of an absolute path. What does not exist is kept as it is written below the deepest ancestor that
    /// does. Null when the links lead in a circle.
    /// </summary>
    public static string? Of(string absolute)
    {
        var real = Path.GetPathRoot(absolute)!;
        var pending = new Stack<string>();
        Push(pending, absolute[real.Length..]);
        var links = 0;
        while (pending.TryPop(out var name))
        {
            if (name == "..")
            {
                real = Path.GetDirectoryName(real) ?? real;
                continue;
            }

            var next = Path.Join(real, name);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > MaxLinks)
            {
                return null;
            }

            if (Path.IsPathRooted(target))
            {
                real = Path.GetPathRoot(target)!;
                target = target[real.Length..];
            }

            Push(pending, target);
        }

        return real;
    }

    /// <summary>Whether a real path is a folder or below it.</summary>
    public static bool IsInside(string path, string folder) =>
        path.StartsWith(folder, StringComparison.Ordinal)
        && (path.Length == folder.Length
            || Path.EndsInDirectorySeparator(folder)
            || path[folder.Length] == Path.DirectorySeparatorChar);

    /// <summary>The names between a folder and a real path inside it.</summary>
    public static string[] Below(string path, string folder) => Names(path[folder.Length..]);

    /// <summary>The names of a path, without the empty ones and those that stay where they are.</summary>
    public static string[] Names(string path) =>
        [.. path.Split(Separators, StringSplitOptions.RemoveEmptyEntries).Where(name => name != ".")];

    private static void Push(Stack<string> pending, string path)
    {
        foreach (var name in Names(path).Reverse())
        {
            pending.Push(name);
        }
    }
}
