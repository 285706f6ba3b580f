using Orleans.Agents.Failures;
using Orleans.Agents.Values;

namespace Orleans.Agents.Models;

/// <summary>What asking an agent came to: the same fields from every model, also from one that threw.</summary>
/// <param name="Output">The answer as JSON; null when there is none.</param>
/// <param name="Text">The answer as the model wrote it.</param>
/// <param name="FinishReason">Why the model stopped.</param>
/// <param name="Usage">What it used; null where nobody knows.</param>
/// <param name="CostMicroUsd">What it cost in millionths of a US dollar; null where no price is known.</param>
/// <param name="Failure">Why there is no output; null when there is one.</param>
/// <param name="RateLimit">What the model said about its limits.</param>
/// <param name="ProviderData">Who answered.</param>
/// <param name="Latency">How long it took.</param>
public sealed record AgentResult(
    Payload Output,
    string Text,
    FinishReason FinishReason,
    TokenUsage? Usage,
    long? CostMicroUsd,
    Failure? Failure,
    RateLimit RateLimit,
    ProviderData ProviderData,
    TimeSpan Latency);

/// <summary>Why a model stopped.</summary>
public enum FinishReason
{
    /// <summary>It was done.</summary>
    Stop,

    /// <summary>It had written as many tokens as it may.</summary>
    Length,

    /// <summary>It wants a tool called.</summary>
    ToolUse,

    /// <summary>It failed.</summary>
    Error,

    /// <summary>Its answer was withheld.</summary>
    ContentFilter,

    /// <summary>It was stopped from outside.</summary>
    Aborted,
}

/// <summary>What a model used, in tokens.</summary>
/// <param name="Input">Tokens read.</param>
/// <param name="Output">Tokens written.</param>
/// <param name="CacheRead">Tokens read from the provider's cache.</param>
/// <param name="CacheWrite">Tokens written to the provider's cache.</param>
public sealed record TokenUsage(long Input = 0, long Output = 0, long CacheRead = 0, long CacheWrite = 0);

/// <summary>What a model said about its limits.</summary>
/// <param name="RetryAfter">How long to leave it alone; null when it did not say.</param>
public sealed record RateLimit(TimeSpan? RetryAfter = null);

/// <summary>Who answered.</summary>
/// <param name="Provider">The name the model is registered under.</param>
/// <param name="Model">The model's own name, when it says.</param>
/// <param name="RequestId">The provider's name for the request, when it gives one.</param>
public sealed record ProviderData(string Provider, string? Model = null, string? RequestId = null);
