using System.Globalization;

namespace Orleans.Agents.Runs;

/// <summary>Chance that is the same on every machine: jitter derives from what is being tried, not from a dice.</summary>
internal static class Chance
{
    private const ulong Basis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>A number from 0 up to, but not including, 1 that belongs to one attempt.</summary>
    public static decimal Of(ActivityId activity, int attempt)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{activity}#{attempt}");
        var hash = Basis; // FNV-1a, then a finishing mix, because its high bits alone hardly differ for similar names
        foreach (var letter in text)
        {
            hash = unchecked((hash ^ letter) * Prime);
        }

        hash ^= hash >> 33;
        hash = unchecked(hash * 0xff51afd7ed558ccd);
        hash ^= hash >> 33;
        return (decimal)(hash >> 11) / (1L << 53);
    }
}
