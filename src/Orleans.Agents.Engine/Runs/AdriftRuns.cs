using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Orleans.Agents.Runs;

/// <summary>
/// Runs this process may own and does not carry: the store failed while they were claimed, or they were lost and nobody
/// may have them. They are in no list of waiting runs while the epoch lives, so the keeper asks about each.
/// </summary>
internal sealed class AdriftRuns
{
    private readonly ConcurrentDictionary<RunId, Claim?> runs = [];

    /// <summary>All of them, in an order that does not change.</summary>
    public ImmutableArray<RunId> All => runs.IsEmpty ? [] : [.. runs.Keys.OrderBy(run => run.Value, StringComparer.Ordinal)];

    /// <summary>Adds a run, with what is known of an earlier claim.</summary>
    public void Add(RunId run) => runs.TryAdd(run, null);

    /// <summary>Adds a run that is about to be claimed.</summary>
    /// <param name="run">The run.</param>
    /// <param name="by">The epoch that claims it.</param>
    /// <param name="from">Who carried it before; null when it was put down.</param>
    public void Add(RunId run, Epoch by, Epoch? from) => runs[run] = new Claim(by, from);

    /// <summary>
    /// Who carried a run before this process: its owner by the store, or whom this process has claimed it from, when it came
    /// no further than that. Whether a crash was the reason must not be forgotten over it.
    /// </summary>
    public Epoch? CarrierBefore(RunId run, Epoch? owner) =>
        runs.GetValueOrDefault(run) is { } claim && claim.By == owner ? claim.From : owner;

    public void Remove(RunId run) => runs.TryRemove(run, out _);

    private sealed record Claim(Epoch By, Epoch? From);
}
