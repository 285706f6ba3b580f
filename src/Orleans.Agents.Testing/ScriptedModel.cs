using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Orleans.Agents.Failures;
using Orleans.Agents.Models;

namespace Orleans.Agents.Testing;

/// <summary>A model that answers what a test tells it to, and remembers what it was asked.</summary>
/// <remarks>Safe to use from many lanes at once. A question nobody scripted is the failure <c>model.no_answer</c>.</remarks>
public sealed class ScriptedModel : IChatClient
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Line>> scripts =
        new(StringComparer.Ordinal);

    private readonly ConcurrentQueue<AgentRequest> asked = [];
    private readonly ConcurrentQueue<IReadOnlyList<ChatMessage>> questions = [];

    /// <summary>What it was asked so far, oldest first.</summary>
    public IReadOnlyCollection<AgentRequest> Asked => asked;

    /// <summary>The messages of each question, as a model is sent them, oldest question first.</summary>
    public IReadOnlyCollection<IReadOnlyList<ChatMessage>> Questions => questions;

    /// <summary>The next answer to an agent.</summary>
    public ScriptedModel Answers(string agent, string answer) => Answers(agent, _ => answer);

    /// <summary>The next answer to an agent, and what the model says it used and cost.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="inputTokens">Tokens read.</param>
    /// <param name="outputTokens">Tokens written.</param>
    /// <param name="costMicroUsd">The cost in millionths of a US dollar; null leaves it to the agent's price.</param>
    public ScriptedModel Answers(
        string agent, string answer, long inputTokens, long outputTokens, long? costMicroUsd = null) =>
        Add(agent, new Line(_ => answer, new UsageDetails
        {
            InputTokenCount = inputTokens,
            OutputTokenCount = outputTokens,
            TotalTokenCount = inputTokens + outputTokens,
        }, costMicroUsd));

    /// <summary>The next answer to an agent, made from what it asks.</summary>
    public ScriptedModel Answers(string agent, Func<AgentRequest, string> answer) => Add(agent, new Line(answer));

    /// <summary>The next answer to an agent is a failure.</summary>
    public ScriptedModel Fails(string agent, Failure failure) =>
        Answers(agent, _ => throw new ModelException(failure));

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var request = AgentRequest.Of(options) ?? throw new InvalidOperationException(
            "A scripted model answers agents of a workflow; this question came from elsewhere.");
        asked.Enqueue(request);
        questions.Enqueue([.. messages]);
        if (!scripts.TryGetValue(request.Agent.Name, out var script) || !script.TryDequeue(out var line))
        {
            throw new ModelException(new Failure(
                FailureClass.Permanent, "model.no_answer", $"No answer is scripted for agent '{request.Agent.Name}'."));
        }

        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant, line.Answer(request)))
        {
            ModelId = "scripted",
            FinishReason = ChatFinishReason.Stop,
            Usage = line.Usage,
        };
        if (line.CostMicroUsd is { } cost)
        {
            ModelCost.State(response, cost);
        }

        return Task.FromResult(response);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var response = await GetResponseAsync(messages, options, cancellationToken);
        foreach (var update in response.ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        // Holds nothing.
    }

    private ScriptedModel Add(string agent, Line line)
    {
        scripts.GetOrAdd(agent, _ => []).Enqueue(line);
        return this;
    }

    private sealed record Line(
        Func<AgentRequest, string> Answer, UsageDetails? Usage = null, long? CostMicroUsd = null);
}
