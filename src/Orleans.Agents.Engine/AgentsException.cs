namespace Orleans.Agents;

/// <summary>The base of what this project throws: damage, infrastructure and misuse, never an expected outcome.</summary>
/// <param name="code">A stable dotted name, the same in logs, HTTP answers and docs.</param>
/// <param name="message">What was expected and what was found.</param>
/// <param name="inner">What led to it.</param>
public abstract class AgentsException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>A stable dotted name, the same in logs, HTTP answers and docs.</summary>
    public string Code { get; } = code;
}
