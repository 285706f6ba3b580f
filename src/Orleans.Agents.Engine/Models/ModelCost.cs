using Microsoft.Extensions.AI;

namespace Orleans.Agents.Models;

/// <summary>What a model says its answer cost, where it knows that better than a price for each token.</summary>
public static class ModelCost
{
    private const string Key = "orleans.agents.cost_micro_usd";

    /// <summary>Has an answer say what it cost, in millionths of a US dollar. It counts instead of the agent's price.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="microUsd">What it cost.</param>
    public static void State(ChatResponse response, long microUsd) =>
        (response.AdditionalProperties ??= [])[Key] = microUsd;

    /// <summary>What an answer says it cost; null when it does not say.</summary>
    public static long? Of(ChatResponse response) =>
        response.AdditionalProperties?.TryGetValue(Key, out var value) == true ? value as long? : null;
}
