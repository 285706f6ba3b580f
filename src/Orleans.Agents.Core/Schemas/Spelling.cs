namespace Orleans.Agents.Schemas;

/// <summary>Guesses which word was meant.</summary>
internal static class Spelling
{
    private const int LongestWord = 64;

    /// <summary>The candidate nearest to a word, or null when none is near enough to be what was meant.</summary>
    public static string? Nearest(string word, IEnumerable<string> candidates)
    {
        if (word.Length is 0 or > LongestWord)
        {
            return null;
        }

        var allowed = word.Length switch
        {
            <= 3 => 1,
            <= 7 => 2,
            _ => 3,
        };
        string? nearest = null;
        foreach (var candidate in candidates)
        {
            if (candidate.Length > LongestWord || Math.Abs(candidate.Length - word.Length) > allowed)
            {
                continue;
            }

            var distance = Distance(word, candidate);
            if (distance < allowed || (distance == allowed && nearest is null))
            {
                nearest = candidate;
                allowed = distance;
            }
        }

        return nearest;
    }

    // Insertions, deletions, replacements and swaps of neighbours count one each; a change of case counts nothing.
    private static int Distance(string one, string other)
    {
        Span<int> beforeLast = stackalloc int[LongestWord + 1];
        Span<int> last = stackalloc int[LongestWord + 1];
        Span<int> current = stackalloc int[LongestWord + 1];
        for (var column = 0; column <= other.Length; column++)
        {
            last[column] = column;
        }

        for (var row = 1; row <= one.Length; row++)
        {
            current[0] = row;
            for (var column = 1; column <= other.Length; column++)
            {
                var replaced = last[column - 1] + (Same(one[row - 1], other[column - 1]) ? 0 : 1);
                var best = Math.Min(replaced, Math.Min(last[column], current[column - 1]) + 1);
                var swapped = row > 1 && column > 1
                    && Same(one[row - 1], other[column - 2]) && Same(one[row - 2], other[column - 1]);
                current[column] = swapped ? Math.Min(best, beforeLast[column - 2] + 1) : best;
            }

            last.CopyTo(beforeLast);
            current.CopyTo(last);
        }

        return last[other.Length];
    }

    private static bool Same(char one, char other) => char.ToLowerInvariant(one) == char.ToLowerInvariant(other);
}
