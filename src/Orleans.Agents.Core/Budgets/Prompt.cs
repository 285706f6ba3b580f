using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Orleans.Agents.Expressions;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Budgets;

/// <summary>What a model is told for an agent, as it is sent.</summary>
/// <param name="Instructions">What the model is told it is; null when the agent says nothing about it.</param>
/// <param name="Question">What it is asked.</param>
public sealed record Prompt(string? Instructions, string Question)
{
    /// <summary>What other agents told it, each with who did; it stands before the question.</summary>
    public ImmutableArray<string> Messages { get; init; } = [];

    /// <summary>The bytes of all of it in UTF-8.</summary>
    public long Bytes => (Instructions is null ? 0 : Encoding.UTF8.GetByteCount(Instructions)) + Encoding.UTF8.GetByteCount(Question)
        + Messages.Sum(static message => (long)Encoding.UTF8.GetByteCount(message));

    /// <summary>Renders what an agent's model is told.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="scope">The agent's <c>input</c>, and <c>run</c>.</param>
    /// <param name="prompt">What it is told.</param>
    /// <param name="failure">Why it cannot be rendered.</param>
    public static bool TryRender(
        Agent agent,
        Scope scope,
        [NotNullWhen(true)] out Prompt? prompt,
        [NotNullWhen(false)] out ExpressionFailure? failure)
    {
        prompt = null;
        failure = null;
        var instructions = Payload.Null;
        if (agent.Instructions is not null && !agent.Instructions.TryRender(scope, out instructions, out failure))
        {
            return false;
        }

        var question = scope.Input;
        if (agent.Prompt is not null && !agent.Prompt.TryRender(scope, out question, out failure))
        {
            return false;
        }

        prompt = new Prompt(
            agent.Instructions is null ? null : Value.From(instructions).ToDisplayText(),
            Value.From(question).ToDisplayText());
        return true;
    }
}
