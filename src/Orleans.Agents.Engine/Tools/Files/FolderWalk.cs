namespace Orleans.Agents.Tools.Files;

/// <summary>
/// Everything below a folder in the ordinal order of whole paths. In memory are only the names of the folders that lead
/// to where it is. Links are met and never followed.
/// </summary>
internal sealed class FolderWalk(FileFilter filter, int maxDepth, CancellationToken cancellation)
{
    /// <summary>How many entries a walk meets before it gives up.</summary>
    public const int MaxEntries = 1_000_000;

    /// <summary>How deep a walk goes; each level holds a folder open.</summary>
    public const int MaxDepth = 200;

    private int met;

    /// <summary>
    /// How many entries could not be read: no permission, gone meanwhile, or a name that is not UTF-8.
    /// </summary>
    public int Unreadable { get; private set; }

    /// <summary>Whether the walk left something out because of its own limits.</summary>
    public bool IsCut { get; private set; }

    /// <summary>The entries the filter lets through.</summary>
    public IEnumerable<WalkedEntry> Entries(IFolder root)
    {
        var levels = new Stack<Level>();
        try
        {
            levels.Push(new Level(root, [], IsIncluded: false, Items(root, [])));
            while (levels.TryPeek(out var level))
            {
                if (!level.Items.TryDequeue(out var item))
                {
                    Close(levels.Pop(), root);
                    continue;
                }

                cancellation.ThrowIfCancellationRequested();
                string[] path = [.. level.Path, item.Name];
                var isIncluded = level.IsIncluded || filter.Includes(path, item.Facts.Kind is FileKind.Directory);
                if (item.IsInside)
                {
                    Descend(levels, level, path, isIncluded, item.Name);
                }
                else if (isIncluded)
                {
                    yield return new WalkedEntry(string.Join('/', path), level.Folder, item.Name, item.Facts);
                }
            }
        }
        finally
        {
            while (levels.TryPop(out var level))
            {
                Close(level, root);
            }
        }
    }

    /// <summary>
    /// Hands over each regular file the filter lets through; one that cannot be read is counted as unreadable.
    /// </summary>
    public void ReadFiles(IFolder root, Action<WalkedEntry> read)
    {
        foreach (var entry in Entries(root).Where(entry => entry.Facts.Kind is FileKind.File))
        {
            try
            {
                read(entry);
            }
            catch (IOException)
            {
                Unreadable++;
            }
            catch (UnauthorizedAccessException)
            {
                Unreadable++;
            }
        }
    }

    private static void Close(Level level, IFolder root)
    {
        if (level.Folder != root)
        {
            level.Folder.Dispose();
        }
    }

    private void Descend(Stack<Level> levels, Level level, string[] path, bool isIncluded, string name)
    {
        if (path.Length >= maxDepth)
        {
            return;
        }

        if (path.Length >= MaxDepth)
        {
            IsCut = true;
            return;
        }

        IFolder? folder = null;
        try
        {
            folder = level.Folder.OpenFolder(name);
            levels.Push(new Level(folder, path, isIncluded, Items(folder, path)));
            folder = null;
        }
        catch (IOException)
        {
            Unreadable++;
        }
        catch (UnauthorizedAccessException)
        {
            Unreadable++;
        }
        finally
        {
            folder?.Dispose();
        }
    }

    // A folder is listed as "name" and what is in it comes as "name/": "name.txt" belongs between the two.
    private Queue<Item> Items(IFolder folder, string[] path)
    {
        var items = new List<(string Key, Item Item)>();
        foreach (var name in folder.Names())
        {
            cancellation.ThrowIfCancellationRequested();
            if (++met > MaxEntries)
            {
                IsCut = true;
                break;
            }

            if (Look(folder, name) is not { } facts
                || filter.Excludes([.. path, name], facts.Kind is FileKind.Directory))
            {
                continue;
            }

            items.Add((name, new Item(name, facts, IsInside: false)));
            if (facts.Kind is FileKind.Directory)
            {
                items.Add((name + "/", new Item(name, facts, IsInside: true)));
            }
        }

        items.Sort((left, right) => string.CompareOrdinal(left.Key, right.Key));
        return new Queue<Item>(items.Select(item => item.Item));
    }

    private FileFacts? Look(IFolder folder, string name)
    {
        try
        {
            if (folder.Look(name) is { Kind: not FileKind.Missing } facts)
            {
                return facts;
            }
        }
        catch (UnauthorizedAccessException)
        {
            // Counted with those that are gone.
        }

        Unreadable++;
        return null;
    }

    private sealed record Level(IFolder Folder, string[] Path, bool IsIncluded, Queue<Item> Items);

    private readonly record struct Item(string Name, FileFacts Facts, bool IsInside);
}

/// <summary>One entry of a walk.</summary>
/// <param name="Path">Its path from where the walk began, with <c>/</c> between names.</param>
/// <param name="Folder">The folder it is in, open until the walk goes on.</param>
/// <param name="Name">Its name in that folder.</param>
/// <param name="Facts">What it was when it was met.</param>
internal readonly record struct WalkedEntry(string Path, IFolder Folder, string Name, FileFacts Facts);
