using System.Collections.Concurrent;

namespace Orleans.Agents.Runs;

/// <summary>
/// Starts that the store was sent and did not answer. Each is sent again until it does, and nobody is kept waiting for that
/// long: while many are in doubt there are no more.
/// </summary>
internal sealed class StartsInDoubt
{
    /// <summary>With so many in doubt the store is not sent another.</summary>
    public const int Most = 256;

    private readonly ConcurrentDictionary<RunId, byte> runs = [];

    /// <summary>Whether there are as many as there may be.</summary>
    public bool AreTooMany => !runs.IsEmpty && runs.Count >= Most;

    /// <summary>Whether a start is among them.</summary>
    public bool Contains(RunId run) => runs.ContainsKey(run);

    /// <summary>Counts a start among them.</summary>
    public void Add(RunId run) => runs.TryAdd(run, 0);

    /// <summary>The store has answered, or the process stops.</summary>
    public void Remove(RunId run) => runs.TryRemove(run, out _);
}
