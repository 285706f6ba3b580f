using System.Text.Json.Serialization;

namespace Orleans.Agents.Silo.Agents;

/// <summary>What an agent was asked in the cluster, since it was first asked. Kept in the cluster's grain storage.</summary>
/// <param name="Succeeded">How many calls were answered as they should be.</param>
/// <param name="Failed">How many were not.</param>
/// <param name="InputTokens">What its models say they read.</param>
/// <param name="OutputTokens">What its models say they wrote.</param>
internal sealed record AgentCounts(
    [property: JsonPropertyName("succeeded")] long Succeeded = 0,
    [property: JsonPropertyName("failed")] long Failed = 0,
    [property: JsonPropertyName("input_tokens")] long InputTokens = 0,
    [property: JsonPropertyName("output_tokens")] long OutputTokens = 0)
{
    /// <summary>Nothing.</summary>
    public static AgentCounts None { get; } = new();

    public static AgentCounts operator +(AgentCounts left, AgentCounts right) => new(
        left.Succeeded + right.Succeeded,
        left.Failed + right.Failed,
        left.InputTokens + right.InputTokens,
        left.OutputTokens + right.OutputTokens);
}
