using System.Collections.Immutable;
using System.Text.Json;
using Orleans.Agents.Messages;
using Orleans.Agents.Runs;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Cli.Documents;

/// <summary>What one agent tells another, as long as the run knows of it.</summary>
/// <param name="Id">Its name in the tree of runs.</param>
/// <param name="SenderRole">The agent it is from.</param>
/// <param name="RecipientRole">The agent it is for.</param>
/// <param name="HopIndex">Its place in its chain, from 1.</param>
/// <param name="HopsLeft">How many may follow it in the chain as it is; null where a gateway was asked.</param>
/// <param name="SentAt">When it was sent.</param>
/// <param name="IsTold">Whether its agent is told it in the present turn; else it waits for one.</param>
/// <param name="Payload">What is told.</param>
internal sealed record MessageDocument(
    string Id,
    string SenderRole,
    string RecipientRole,
    int HopIndex,
    int? HopsLeft,
    DateTimeOffset SentAt,
    bool IsTold,
    JsonElement Payload)
{
    /// <summary>The messages of a run; null when it knows of none.</summary>
    public static ImmutableArray<MessageDocument>? AllOf(RunState state, Workflow workflow)
    {
        var heard = (state.Heard ?? []).Select(one => Of(one.Message, workflow, isTold: true));
        var waiting = (state.Messages ?? ImmutableList<AgentMessage>.Empty).Select(one => Of(one, workflow, isTold: false));
        ImmutableArray<MessageDocument> all = [.. heard, .. waiting];
        return all.IsEmpty ? null : all;
    }

    private static MessageDocument Of(AgentMessage message, Workflow workflow, bool isTold) => new(
        message.Id,
        message.SenderRole,
        message.RecipientRole,
        message.HopIndex,
        Math.Max(0, MessageRules.BoundOf(workflow, message) - message.HopIndex),
        message.At,
        isTold,
        Json.ElementOf(message.Payload));
}
