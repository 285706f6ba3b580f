namespace Orleans.Agents.Runs;

/// <summary>That something of a run came near its limit for the first time.</summary>
/// <param name="Kind">What did.</param>
/// <param name="Size">How large it was then.</param>
/// <param name="Limit">How large it may be.</param>
/// <param name="Version">Which fact of the run made it so large; 0 where that was in a run which this one was forked from.</param>
/// <param name="At">When that was.</param>
/// <param name="State">The state that the run was in.</param>
public sealed record SizeWarning(SizeKind Kind, long Size, long Limit, long Version, DateTimeOffset At, string State)
{
    /// <summary>How much of the limit that is, in hundredths, rounded down.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public long Percent => Size * 100 / Limit;
}
