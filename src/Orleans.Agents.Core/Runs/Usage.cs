using System.Text.Json.Serialization;
using Orleans.Agents.Budgets;

namespace Orleans.Agents.Runs;

/// <summary>What an attempt at an agent call used.</summary>
/// <param name="Model">The model that answered.</param>
/// <param name="InputTokens">Tokens read; null when nobody knows.</param>
/// <param name="OutputTokens">Tokens written; null when nobody knows.</param>
/// <param name="MicroUsd">What it cost, in millionths of a US dollar; null where no price is known.</param>
/// <param name="PromptBytes">How many bytes the model was told, or was to be, where that is near what the run allows or above.</param>
public sealed record Usage(
    string? Model = null,
    long? InputTokens = null,
    long? OutputTokens = null,
    long? MicroUsd = null,
    long? PromptBytes = null)
{
    /// <summary>The most tokens of one call that are believed.</summary>
    public const long MostTokens = 1_000_000_000_000;

    /// <summary>The usage of a call that was not made, or that its model refused at once.</summary>
    public static Usage None { get; } = new(InputTokens: 0, OutputTokens: 0, MicroUsd: 0);

    /// <summary>Whether it is known what was used.</summary>
    [JsonIgnore]
    public bool IsKnown => InputTokens is not null || OutputTokens is not null;

    /// <summary>The same as a cost.</summary>
    internal Cost? ToCost() => new Cost(
        Tokens: Believed(InputTokens) + Believed(OutputTokens),
        MicroUsd: MicroUsd is { } money ? Math.Max(0, money) : null).OrNull();

    private static long Believed(long? tokens) => Math.Clamp(tokens ?? 0, 0, MostTokens);
}
