using Orleans.Agents.Client.Contracts;

namespace Orleans.Agents.Client;

/// <summary>The gateway refused a request, and would again.</summary>
/// <param name="problem">Why.</param>
public sealed class AgentsApiException(Problem problem) : Exception($"{problem.Code}: {problem.Detail}")
{
    /// <summary>Why.</summary>
    public Problem Problem { get; } = problem;
}
