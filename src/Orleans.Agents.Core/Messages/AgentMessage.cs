using System.Collections.Immutable;
using Orleans.Agents.Values;

namespace Orleans.Agents.Messages;

/// <summary>What one agent tells another inside a tree of runs.</summary>
/// <param name="Id">Names it in its tree of runs: the run that sent it, and which visit of that did.</param>
/// <param name="SenderRole">The agent it is from.</param>
/// <param name="RecipientRole">The agent it is for.</param>
/// <param name="HopIndex">Its place in its chain, from 1: each is sent by who was told the one before.</param>
/// <param name="Trail">Who sent those before it in the chain, oldest first.</param>
/// <param name="At">When it was sent.</param>
/// <param name="Payload">What is told.</param>
public sealed record AgentMessage(
    string Id,
    string SenderRole,
    string RecipientRole,
    int HopIndex,
    ImmutableArray<string> Trail,
    DateTimeOffset At,
    Payload Payload);

/// <summary>A message in the turn of the agent that was told it.</summary>
/// <param name="Branch">The branch of the present visit in which it is told.</param>
/// <param name="Message">The message.</param>
public sealed record HeardMessage(int Branch, AgentMessage Message);

/// <summary>The chain that an agent goes on with when it sends something.</summary>
/// <param name="Role">The agent.</param>
/// <param name="Senders">Who sent the messages of it, oldest first.</param>
/// <param name="Turn">The turn of the agent in which it was told the last of them; in another turn a new chain begins.</param>
public sealed record MessageChain(string Role, ImmutableArray<string> Senders, int Turn);

/// <summary>A message for another run of the tree, on its way there.</summary>
/// <param name="Run">The other run.</param>
/// <param name="Message">The message.</param>
public sealed record SentMessage(Runs.RunId Run, AgentMessage Message);
