namespace Orleans.Agents.Silo.Wire;

/// <summary>A silo of another version said something that this one does not understand. Nothing is guessed.</summary>
internal sealed class UnknownMessageException(string message, Exception? why = null)
    : AgentsException("cluster.unknown_message", message, why);
