using Orleans.Agents.Journal;

namespace Orleans.Agents.Silo.Wire;

/// <summary>A silo of another version said something that this one does not understand. Nothing is guessed.</summary>
internal sealed class UnknownMessageException(string message, Exception? why = null)
    : AgentsException("cluster.unknown_message", message, why)
{
    /// <summary>
    /// The same to whoever asked something of a run: it may be asked again, and understood then, for silos of two versions are
    /// there together only while the one replaces the other.
    /// </summary>
    public StoreException ToStore() => new(Code, Message, isTransient: true, this);
}
