using System.Collections.Concurrent;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Models;

/// <summary>Bounds the calls of each agent in this process. What they used stands in the journal, so nothing is counted here.</summary>
/// <param name="most">How many of one agent may be under way at once; null for any number.</param>
internal sealed class ProcessAgentGate(int? most) : IAgentGate
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> permits = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask EnterAsync(string agent, CancellationToken cancellation) => most is { } limit
        ? new ValueTask(permits.GetOrAdd(agent, static (_, limit) => new SemaphoreSlim(limit), limit).WaitAsync(cancellation))
        : ValueTask.CompletedTask;

    /// <inheritdoc/>
    public void Leave(string agent, bool? isSuccess, Usage? usage)
    {
        if (permits.TryGetValue(agent, out var permit))
        {
            permit.Release();
        }
    }
}
