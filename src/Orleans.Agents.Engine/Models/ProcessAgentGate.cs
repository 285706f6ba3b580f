using System.Collections.Concurrent;
using Orleans.Agents.Runs;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Models;

/// <summary>Bounds the calls of each agent in this process. What they used stands in the journal, so nothing is counted here.</summary>
/// <param name="most">How many of one agent may be under way at once; null for any number.</param>
/// <param name="time">The clock that rates go by.</param>
internal sealed class ProcessAgentGate(int? most, TimeProvider time) : IAgentGate
{
    private readonly ConcurrentDictionary<string, ProcessDesk> desks = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask EnterAsync(Agent agent, CancellationToken cancellation) =>
        most is null && agent.Rate is null && !desks.ContainsKey(agent.Name)
            ? ValueTask.CompletedTask
            : desks.GetOrAdd(agent.Name, static (_, gate) => new ProcessDesk(gate.most, gate.time), (most, time))
                .EnterAsync(agent.Rate, cancellation);

    /// <inheritdoc/>
    public void Leave(string agent, bool? isSuccess, Usage? usage)
    {
        if (desks.TryGetValue(agent, out var desk))
        {
            desk.Leave();
        }
    }
}
