using System.Collections.Immutable;
using Microsoft.Extensions.AI;
using Orleans.Agents.Messages;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Models;

/// <summary>What a model is asked beside the messages: who asks, about what, in which attempt.</summary>
/// <param name="Agent">The agent that asks.</param>
/// <param name="Input">The agent's input.</param>
/// <param name="Run">What expressions see as <c>run</c>.</param>
/// <param name="Activity">The idempotency key.</param>
/// <param name="Attempt">Which attempt it is, from 1.</param>
public sealed record AgentRequest(Agent Agent, Payload Input, Payload Run, ActivityId Activity, int Attempt)
{
    private const string Key = "orleans.agents.request";

    /// <summary>What other agents told it, oldest first; its model is told it before the question.</summary>
    public ImmutableArray<AgentMessage> Messages { get; init; } = [];

    /// <summary>Finds the request that options of a chat carry; null when this project did not make them.</summary>
    public static AgentRequest? Of(ChatOptions? options) =>
        options?.AdditionalProperties?.TryGetValue(Key, out var value) == true ? value as AgentRequest : null;

    internal void AttachTo(ChatOptions options) => (options.AdditionalProperties ??= [])[Key] = this;
}
