namespace Orleans.Agents.Runs;

/// <summary>A run's history cannot be understood: it is damaged, newer than this program, or pruned. Nothing is guessed.</summary>
/// <param name="code"><c>history.too_new</c>, <c>history.damaged</c>, <c>history.no_definition</c> or <c>history.pruned</c>.</param>
/// <param name="message">What was expected and what was found.</param>
/// <param name="inner">What led to it.</param>
public sealed class HistoryException(string code, string message, Exception? inner = null)
    : AgentsException(code, message, inner);
