namespace Orleans.Agents.Runs;

/// <summary>A run's history cannot be understood: it is damaged, or newer than this program. Nothing is guessed.</summary>
/// <param name="code"><c>history.too_new</c>, <c>history.damaged</c> or <c>history.no_definition</c>.</param>
/// <param name="message">What was expected and what was found.</param>
/// <param name="inner">What led to it.</param>
public sealed class HistoryException(string code, string message, Exception? inner = null)
    : AgentsException(code, message, inner);
