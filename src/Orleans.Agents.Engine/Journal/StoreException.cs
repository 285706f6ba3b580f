namespace Orleans.Agents.Journal;

/// <summary>The store could not do what was asked. Nothing is known to be lost; the message says what to do.</summary>
/// <param name="code">
/// A stable dotted name: <c>store.unavailable</c>, <c>store.full</c>, <c>store.damaged</c>, <c>store.refused</c> (the
/// database will never take this one thing), <c>store.newer</c>, <c>store.other_host</c>.
/// </param>
/// <param name="message">What was expected and what was found.</param>
/// <param name="isTransient">Whether the same call may succeed later.</param>
/// <param name="inner">What the driver said.</param>
public sealed class StoreException(string code, string message, bool isTransient, Exception? inner = null)
    : AgentsException(code, message, inner)
{
    /// <summary>Whether the same call may succeed later.</summary>
    public bool IsTransient { get; } = isTransient;
}
