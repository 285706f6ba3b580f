namespace Orleans.Agents.Schemas;

/// <summary>
/// Finds schemas that apply themselves to the value they are applied to, which no value could ever finish. A stack of
/// its own, because a chain of references can be as long as a document.
/// </summary>
internal static class ReferenceCycle
{
    /// <summary>The schemas of a cycle, beginning at the one reached first; null when there is none.</summary>
    public static List<Subschema>? Find(IEnumerable<Subschema> schemas)
    {
        var finished = new HashSet<Subschema>();
        foreach (var schema in schemas)
        {
            if (FindFrom(schema, finished) is { } cycle)
            {
                return cycle;
            }
        }

        return null;
    }

    private static List<Subschema>? FindFrom(Subschema start, HashSet<Subschema> finished)
    {
        if (finished.Contains(start))
        {
            return null;
        }

        var path = new List<Subschema> { start };
        var onPath = new Dictionary<Subschema, int> { [start] = 0 };
        var nextBranch = new Stack<int>([0]);
        while (path.Count > 0)
        {
            var current = path[^1];
            var branch = nextBranch.Pop();
            if (branch == current.InPlace.Count)
            {
                path.RemoveAt(path.Count - 1);
                _ = onPath.Remove(current);
                _ = finished.Add(current);
                continue;
            }

            nextBranch.Push(branch + 1);
            var next = current.InPlace[branch];
            if (onPath.TryGetValue(next, out var from))
            {
                return path[from..];
            }

            if (!finished.Contains(next))
            {
                onPath.Add(next, path.Count);
                path.Add(next);
                nextBranch.Push(0);
            }
        }

        return null;
    }
}
