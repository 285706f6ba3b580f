using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.AI;
using Orleans.Agents.Expressions;
using Orleans.Agents.Failures;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Models;

/// <summary>
/// A model without a network: it answers with the agent's own templates, evaluated over the agent's actual input. The same
/// input always gets the same answer, and the answer is checked like any other model's.
/// </summary>
public sealed class OfflineModel : IChatClient
{
    /// <summary>The name agents use it by.</summary>
    public const string Name = "offline";

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var request = AgentRequest.Of(options) ?? throw new ModelException(new Failure(
            FailureClass.Permanent, "model.unsupported", "The offline model answers agents of a workflow only."));
        var scope = new Scope { Input = request.Input, Run = request.Run };
        var answer = Answer(request.Agent, scope);
        return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, answer))
        {
            ModelId = Name,
            FinishReason = ChatFinishReason.Stop,
            Usage = new UsageDetails
            {
                InputTokenCount = messages.Sum(message => TokensOf(message.Text)),
                OutputTokenCount = TokensOf(answer),
            },
        });
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

    // As good a guess as any, and always the same: four bytes are a token.
    private static long TokensOf(string text) => (Encoding.UTF8.GetByteCount(text) + 3) / 4;

    private static string Answer(Agent agent, Scope scope)
    {
        foreach (var (when, answer, fail) in agent.Answers)
        {
            if (when is not null && !Holds(when, scope))
            {
                continue;
            }

            if (fail is not null)
            {
                throw new ModelException(fail);
            }

            if (!answer!.TryRender(scope, out var rendered, out var broken))
            {
                throw new ModelException(broken.ToFailure());
            }

            // Without a schema what a model says is taken as it is: a text has no quotes around it.
            return agent.OutputSchema is null ? Value.From(rendered).ToDisplayText() : rendered.ToString();
        }

        throw new ModelException(new Failure(
            FailureClass.Permanent, "model.no_answer", $"None of the offline answers of agent '{agent.Name}' applies."));
    }

    private static bool Holds(Expression when, Scope scope) =>
        when.TryTest(scope, out var holds, out var broken) ? holds : throw new ModelException(broken.ToFailure());
}
