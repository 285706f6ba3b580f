using Orleans.Agents.Runs;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Models;

/// <summary>
/// Where calls of agents go in and out: bounds how many of one agent are under way at once and how often they begin, and counts
/// them. The embedded host's is for this process, the cluster's for all silos together.
/// </summary>
internal interface IAgentGate
{
    /// <summary>
    /// Waits until one more call of an agent may begin. Those of one name count together, whatever version their definitions
    /// are of; each waits until its own rate allows it.
    /// </summary>
    /// <exception cref="OperationCanceledException">It is not wanted any more.</exception>
    ValueTask EnterAsync(Agent agent, CancellationToken cancellation);

    /// <summary>A call that was let in is over.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="isSuccess">Whether it answered as it should; null when it was given up.</param>
    /// <param name="usage">What the model says it used.</param>
    void Leave(string agent, bool? isSuccess, Usage? usage);
}
