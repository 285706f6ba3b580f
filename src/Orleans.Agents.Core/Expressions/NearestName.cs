namespace Orleans.Agents.Expressions;

/// <summary>Finds what somebody probably meant to write.</summary>
public static class NearestName
{
    private const int MaxEdits = 2;

    /// <summary>
    /// The candidate with the fewest edits, at most two and fewer than the name is long; the first of equals.
    /// </summary>
    public static string? Of(string name, IEnumerable<string> candidates)
    {
        string? nearest = null;
        var fewest = Math.Min(MaxEdits + 1, name.Length);
        foreach (var candidate in candidates)
        {
            if (Math.Abs(candidate.Length - name.Length) <= MaxEdits
                && Edits(name, candidate) is var edits && edits < fewest)
            {
                nearest = candidate;
                fewest = edits;
            }
        }

        return nearest;
    }

    private static int Edits(string from, string to)
    {
        var older = new int[to.Length + 1];
        var above = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var row = 1; row <= from.Length; row++)
        {
            var current = new int[to.Length + 1];
            current[0] = row;
            for (var column = 1; column <= to.Length; column++)
            {
                var change = char.ToUpperInvariant(from[row - 1]) == char.ToUpperInvariant(to[column - 1]) ? 0 : 1;
                var addOrRemove = Math.Min(above[column], current[column - 1]) + 1;
                current[column] = Math.Min(addOrRemove, above[column - 1] + change);
                if (row > 1 && column > 1 && from[row - 1] == to[column - 2] && from[row - 2] == to[column - 1])
                {
                    current[column] = Math.Min(current[column], older[column - 2] + 1);
                }
            }

            (older, above) = (above, current);
        }

        return above[to.Length];
    }
}
