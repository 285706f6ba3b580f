using Orleans.Agents.Expressions;

namespace Orleans.Agents.Cli;

/// <summary>Finds what somebody probably meant to type.</summary>
internal static class Nearest
{
    /// <summary>A question to put behind a message; empty when nothing is near.</summary>
    public static string Question(string typed, IEnumerable<string> candidates) =>
        NearestName.Of(typed, candidates) is { } nearest ? $" Did you mean '{nearest}'?" : "";

    /// <summary>The names that begin as the typed one does for the longest, in their order; at most a few.</summary>
    public static IEnumerable<string> ByBeginning(string typed, IReadOnlyCollection<string> names, int most)
    {
        var longest = names.Select(n => n.AsSpan().CommonPrefixLength(typed)).DefaultIfEmpty().Max();
        return names.Where(n => n.AsSpan().CommonPrefixLength(typed) == longest).Take(most);
    }
}
