using Orleans.Agents.Silo.Wire;

namespace Orleans.Agents.Silo.Agents;

/// <summary>What an agent may do and has done in the whole cluster; named <c>agent-</c> and the agent's name.</summary>
[Alias("agents.agent")]
internal interface IAgentGrain : IGrainWithStringKey
{
    /// <summary>
    /// Answers an <see cref="AgentReport"/> of a silo with an <see cref="AgentGrant"/>. What is reported is counted when this
    /// answers; if it does not, it may have been.
    /// </summary>
    [Alias("report")]
    Task<Envelope> ReportAsync(Envelope report);

    /// <summary>Answers with <see cref="AgentCounts"/>.</summary>
    [Alias("counts")]
    Task<Envelope> CountsAsync();
}
