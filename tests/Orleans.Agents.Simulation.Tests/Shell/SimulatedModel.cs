using Microsoft.Extensions.AI;
using Orleans.Agents.Models;

namespace Orleans.Agents.Simulation.Tests.Shell;

/// <summary>The model of one process: it answers when the world lets it, and says what that cost.</summary>
internal sealed class SimulatedModel(ShellWorld world, SimulatedProcess process) : IChatClient
{
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        world.Works.AskAsync(process, AgentRequest.Of(options)!, cancellationToken);

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
        // Holds nothing.
    }
}
