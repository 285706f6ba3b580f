using Orleans.Agents.Failures;

namespace Orleans.Agents.Models;

/// <summary>How an <c>IChatClient</c> of this project says what went wrong: the failure goes to the run as it is.</summary>
/// <param name="failure">What went wrong.</param>
/// <param name="inner">What the provider's library threw, if it did.</param>
public sealed class ModelException(Failure failure, Exception? inner = null)
    : AgentsException(failure.Code, failure.Message, inner)
{
    /// <summary>What went wrong.</summary>
    public Failure Failure { get; } = failure;
}
