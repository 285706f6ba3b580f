namespace Orleans.Agents.Cli;

/// <summary>Finds what somebody probably meant to type.</summary>
internal static class Nearest
{
    /// <summary>The candidates with the fewest edits, nearest first; none that would be a different word.</summary>
    public static IReadOnlyList<string> Of(string typed, IEnumerable<string> candidates, int most = 1)
    {
        var limit = Math.Max(2, typed.Length / 3);
        return
        [
            .. candidates
                .Distinct(StringComparer.Ordinal)
                .Select(name => (Name: name, Edits: Edits(typed, name)))
                .Where(c => c.Edits <= limit && c.Edits < typed.Length)
                .OrderBy(c => c.Edits)
                .ThenBy(c => c.Name, StringComparer.Ordinal)
                .Take(most)
                .Select(c => c.Name),
        ];
    }

    /// <summary>A question to put behind a message; empty when nothing is near.</summary>
    public static string Question(string typed, IEnumerable<string> candidates) =>
        Of(typed, candidates) is [var nearest] ? $" Did you mean '{nearest}'?" : "";

    // Letters to add, drop, change, or swap with their neighbour.
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
                var change = from[row - 1] == to[column - 1] ? 0 : 1;
                current[column] = Math.Min(Math.Min(above[column], current[column - 1]) + 1, above[column - 1] + change);
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
