using System.Collections.Immutable;
using Orleans.Agents.Expressions;
using Orleans.Agents.Messages;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Budgets;

/// <summary>What an attempt may use at most, before it is made.</summary>
public static class Estimate
{
    /// <summary>How many tokens an answer is taken to have where its agent has no <c>max_output_tokens</c>.</summary>
    public const int OutputTokens = 4_096;

    /// <summary>
    /// How many tokens a model may add of its own: the marks around the messages and the name of the schema.
    /// </summary>
    public const int MarkTokens = 64;

    /// <summary>What is set aside for an attempt; null where it uses nothing that is estimated.</summary>
    /// <param name="workflow">The definition.</param>
    /// <param name="state">The run in the state that asks.</param>
    /// <param name="branch">The branch that asks.</param>
    /// <param name="input">What it asks about.</param>
    internal static Cost? Of(Workflow workflow, RunState state, int branch, Payload input)
    {
        if (!state.Bounds!.KeepsBooks || workflow.States[state.State].ActivityOf(branch) is not State.AgentCall call)
        {
            return null;
        }

        var agent = workflow.Agents[call.Agent];
        var scope = new Scope { Input = input, LaterRun = new RunDescription(workflow, state, branch) };

        // What cannot be rendered is never sent: the attempt fails with the reason, and uses nothing.
        var prompt = Prompt.TryRender(agent, scope, out var rendered, out _)
            ? (rendered with { Messages = TextsOf(workflow, MessageRules.ToBeHeardIn(state, branch, call.Agent)) }).Bytes
            : 0;
        return Of(agent, prompt);
    }

    private static ImmutableArray<string> TextsOf(Workflow workflow, IEnumerable<AgentMessage> messages) =>
        [.. messages.Select(message => MessageRules.TextOf(workflow, message))];

    /// <summary>
    /// What asking an agent uses at most. A token is at least one byte, so a prompt has no more tokens than bytes.
    /// </summary>
    /// <param name="agent">The agent.</param>
    /// <param name="promptBytes">The bytes of what its model is told.</param>
    public static Cost Of(Agent agent, long promptBytes)
    {
        var input = promptBytes + (agent.OutputSchemaDocument?.Length ?? 0) + MarkTokens;
        var output = agent.MaxOutputTokens ?? OutputTokens;
        return new Cost(Tokens: input + output, MicroUsd: agent.Price?.Of(input, output));
    }
}
