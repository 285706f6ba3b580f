using System.Globalization;
using Microsoft.Extensions.AI;
using Orleans.Agents.Failures;
using Orleans.Agents.Models;

namespace Orleans.Agents.Storage.Tests.Crashes;

/// <summary>
/// What each call costs is as good as chance, and the same for the same attempt of the same seed. The agent <c>stubborn</c> answers
/// when it is told to stop.
/// </summary>
internal sealed class CostlyModel(Death death, int seed) : IChatClient
{
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var request = AgentRequest.Of(options)!;
        if (request.Agent.Name == "stubborn")
        {
            await CrashWorld.UntilToldToStop(cancellationToken);
        }

        await death.ReachedAsync(DeathPoint.AfterEffect);
        var dice = Dice(request);
        if (dice % 5 == 0 && request.Attempt < 3 && request.Input.ToString().Contains("round", StringComparison.Ordinal))
        {
            throw new ModelException(new Failure(FailureClass.Transient, "model.busy", "later"));
        }

        return new ChatResponse(new ChatMessage(ChatRole.Assistant, $"{request.Agent.Name} {request.Input}"))
        {
            ModelId = "costly",
            FinishReason = ChatFinishReason.Stop,
            Usage = new UsageDetails { InputTokenCount = 1 + (dice % 20), OutputTokenCount = 1 + (dice / 20 % 99) },
        };
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
        // Holds nothing.
    }

    private uint Dice(AgentRequest request) => string.Create(
        CultureInfo.InvariantCulture, $"{seed} {request.Activity} {request.Attempt}")
        .Aggregate(2_166_136_261, (mixed, c) => (mixed ^ c) * 16_777_619);
}
