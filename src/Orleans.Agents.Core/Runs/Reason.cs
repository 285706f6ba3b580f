namespace Orleans.Agents.Runs;

/// <summary>What somebody says about a decision of theirs, as it is stored.</summary>
internal static class Reason
{
    /// <summary>The reason, cut off where it becomes a story. A pair of surrogates stays whole, or it were no text.</summary>
    public static string? Shortened(string? reason)
    {
        const int most = RunLimits.ReasonLength;
        return reason is null || reason.Length <= most
            ? reason
            : reason[..(char.IsHighSurrogate(reason[most - 1]) ? most - 1 : most)];
    }
}
