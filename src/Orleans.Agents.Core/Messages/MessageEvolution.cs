using System.Collections.Immutable;
using System.Diagnostics;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Messages;

/// <summary>What facts about messages make of a run's state.</summary>
internal static class MessageEvolution
{
    public static RunState Apply(RunState state, RunEvent happened) => happened switch
    {
        RunEvent.MessageSent { Run: not null } => state, // it is kept there
        RunEvent.MessageSent e => Keep(state, e.Message),
        RunEvent.MessageReceived e => Keep(state, e.Message),
        RunEvent.MessagesDelivered e => Deliver(state, e),
        _ => throw new UnreachableException(happened.GetType().Name),
    };

    private static RunState Keep(RunState state, AgentMessage message) =>
        state with { Messages = (state.Messages ?? ImmutableList<AgentMessage>.Empty).Add(message) };

    private static RunState Deliver(RunState state, RunEvent.MessagesDelivered delivered)
    {
        var heard = (state.Heard ?? []).ToBuilder();
        var left = ImmutableList.CreateBuilder<AgentMessage>();
        AgentMessage? longest = null;
        foreach (var message in state.Messages ?? ImmutableList<AgentMessage>.Empty)
        {
            if (!delivered.Ids.Contains(message.Id))
            {
                left.Add(message);
                continue;
            }

            heard.Add(new HeardMessage(delivered.Branch, message));
            longest = longest?.HopIndex >= message.HopIndex ? longest : message;
        }

        var chains = (state.Chains ?? []).RemoveAll(chain => chain.Role == delivered.Role);
        return state with
        {
            Messages = left.Count == 0 ? null : left.ToImmutable(),
            Heard = heard.ToImmutable(),
            Chains = longest is null
                ? state.Chains
                : chains.Add(new MessageChain(delivered.Role, [.. longest.Trail, longest.SenderRole], delivered.Turn)),
        };
    }
}
