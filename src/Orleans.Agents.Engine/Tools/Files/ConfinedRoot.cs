using Orleans.Agents.Failures;

namespace Orleans.Agents.Tools.Files;

/// <summary>
/// The only way from a tool to the disk: a folder that the policy allows, and names below it. Nothing is opened by a
/// path from outside: from the allowed folder down every name is opened by itself and no link is followed, so neither
/// <c>..</c>, nor a link, nor a link that takes a folder's place while we look leads out.
/// </summary>
internal sealed class ConfinedRoot(FileRoots files, string root, bool write) : IDisposable
{
    private readonly List<IFolder> opened = [];
    private string real = "";

    /// <summary>The root folder, once <see cref="Open"/> has answered null.</summary>
    public IFolder Folder { get; private set; } = null!;

    /// <summary>Opens the root; null when that worked.</summary>
    /// <param name="create">Whether folders that do not exist are made.</param>
    public Failure? Open(bool create = false)
    {
        if (!Path.IsPathRooted(root) && files.Folder is null)
        {
            return FileFailures.NoFolder(root, write);
        }

        var named = write ? files.Write : files.Read;
        var absolute = Path.IsPathRooted(root) ? root : Path.Join(files.Folder, root);
        if (RealPath.Of(absolute) is not { } target)
        {
            return FileFailures.NotAllowed(root, write, named);
        }

        var allowed = named
            .Select(RealPath.Of)
            .Where(folder => folder is not null && RealPath.IsInside(target, folder))
            .MaxBy(folder => folder!.Length);
        if (allowed is null)
        {
            return FileFailures.NotAllowed(root, write, named);
        }

        if (create)
        {
            Directory.CreateDirectory(allowed);
        }
        else if (!Directory.Exists(allowed))
        {
            return File.Exists(allowed) ? FileFailures.NotAFolder(root, null) : FileFailures.NotFound(root, null);
        }

        real = target;
        Folder = Keep(OpenFolder(allowed));
        foreach (var name in RealPath.Below(target, allowed))
        {
            if (Enter(Folder, name, create, out var next) is { } kind)
            {
                return kind is FileKind.Missing
                    ? FileFailures.NotFound(root, null)
                    : FileFailures.NotAFolder(root, null);
            }

            Folder = next;
        }

        return null;
    }

    /// <summary>
    /// Finds a path below the root, following links that stay inside; null when that worked, also when nothing is
    /// there.
    /// </summary>
    /// <param name="path">The path.</param>
    /// <param name="followLast">Whether the last name is followed too if it is a link.</param>
    /// <param name="place">What was found.</param>
    public Failure? Find(string path, bool followLast, out FilePlace place)
    {
        place = default;
        if (Normal(path) is not { } names)
        {
            return FileFailures.OutsideRoot(root, path);
        }

        string[] last = followLast || names.Length == 0 ? [] : [names[^1]];
        var way = Path.Join(real, string.Join(Path.DirectorySeparatorChar, names[..(names.Length - last.Length)]));
        if (RealPath.Of(way) is not { } target)
        {
            return FileFailures.LinkCircle(root, path);
        }

        if (!RealPath.IsInside(target, real))
        {
            return FileFailures.OutsideRoot(root, path);
        }

        names = [.. RealPath.Below(target, real), .. last];
        var folder = Folder;
        foreach (var name in names.SkipLast(1))
        {
            if (Enter(folder, name, create: false, out var next) is not null)
            {
                place = new FilePlace(folder, name, FileFacts.Missing);
                return null;
            }

            folder = next;
        }

        place = FilePlace.In(folder, names.Length == 0 ? "." : names[^1]);
        return null;
    }

    /// <summary>Finds the place for a file below the root, following no link at all; null when that worked.</summary>
    /// <param name="path">The path.</param>
    /// <param name="create">Whether folders on the way that do not exist are made.</param>
    /// <param name="place">What was found.</param>
    public Failure? FindForWriting(string path, bool create, out FilePlace place)
    {
        place = default;
        if (Normal(path) is not { } names)
        {
            return FileFailures.OutsideRoot(root, path);
        }

        var folder = Folder;
        foreach (var name in names.SkipLast(1))
        {
            if (Enter(folder, name, create, out var next) is { } kind)
            {
                return kind switch
                {
                    FileKind.Missing => FileFailures.MissingParent(root, path, name),
                    FileKind.Link => FileFailures.Link(root, path),
                    _ => FileFailures.NotAFolder(root, name),
                };
            }

            folder = next;
        }

        place = FilePlace.In(folder, names.Length == 0 ? "." : names[^1]);
        return null;
    }

    public void Dispose()
    {
        foreach (var folder in opened)
        {
            folder.Dispose();
        }
    }

    // Null when it is absolute or climbs above the root. Done on the text, so nothing outside is touched to find out.
    private static string[]? Normal(string path)
    {
        if (Path.IsPathRooted(path))
        {
            return null;
        }

        var names = new List<string>();
        foreach (var name in RealPath.Names(path))
        {
            if (name != "..")
            {
                names.Add(name);
            }
            else if (names.Count == 0)
            {
                return null;
            }
            else
            {
                names.RemoveAt(names.Count - 1);
            }
        }

        return [.. names];
    }

    private static IFolder OpenFolder(string path) =>
        OperatingSystem.IsLinux() ? LinuxFolder.Open(path) : PathFolder.Open(path);

    // Null when it worked; otherwise what is there instead of a folder.
    private FileKind? Enter(IFolder from, string name, bool create, out IFolder next)
    {
        var kind = from.Look(name).Kind;
        if (kind is FileKind.Missing && create)
        {
            Directory.CreateDirectory(from.PathOf(name));
            from.Flush();
            kind = FileKind.Directory;
        }

        next = from;
        if (kind is not FileKind.Directory)
        {
            return kind;
        }

        next = Keep(from.OpenFolder(name));
        return null;
    }

    private IFolder Keep(IFolder folder)
    {
        opened.Add(folder);
        return folder;
    }
}

/// <summary>A name in an open folder, and what it stood for when it was looked at.</summary>
internal readonly record struct FilePlace(IFolder Folder, string Name, FileFacts Facts)
{
    public static FilePlace In(IFolder folder, string name) => new(folder, name, folder.Look(name));
}
