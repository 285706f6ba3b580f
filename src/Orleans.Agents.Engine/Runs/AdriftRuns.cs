using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Orleans.Agents.Runs;

/// <summary>
/// Runs this process may own and does not carry: the store failed while they were claimed, or they were lost and nobody
/// may have them. They are in no list of waiting runs while the epoch lives, so the keeper asks about each.
/// </summary>
internal sealed class AdriftRuns
{
    private readonly ConcurrentDictionary<RunId, bool> runs = [];

    /// <summary>All of them, in an order that does not change.</summary>
    public ImmutableArray<RunId> All => runs.IsEmpty ? [] : [.. runs.Keys.OrderBy(run => run.Value, StringComparer.Ordinal)];

    public void Add(RunId run) => runs[run] = true;

    public void Remove(RunId run) => runs.TryRemove(run, out _);
}
