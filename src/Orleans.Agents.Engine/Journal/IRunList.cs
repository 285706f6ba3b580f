using System.Collections.Immutable;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Journal;

/// <summary>Finds runs without carrying them. Defined by <c>RunListConformance</c>.</summary>
public interface IRunList
{
    /// <summary>Finds one run by its name.</summary>
    Task<RunRecord?> FindAsync(RunId run, CancellationToken cancellation);

    /// <summary>Finds one run by its start key.</summary>
    Task<RunRecord?> FindByKeyAsync(string key, CancellationToken cancellation);

    /// <summary>Lists runs, newest first: in the reverse of the order in which the store took them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not between 1 and 1,000.</exception>
    Task<ImmutableArray<RunRecord>> ListAsync(RunQuery query, CancellationToken cancellation);

    /// <summary>Lists the runs that were born with appends of another, in the order of their births.</summary>
    /// <param name="parent">The other run.</param>
    /// <param name="after">Only those born after this one; null begins with the first.</param>
    /// <param name="limit">At most this many, from 1.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not positive.</exception>
    Task<ImmutableArray<RunRecord>> ListChildrenAsync(
        RunId parent, RunId? after, int limit, CancellationToken cancellation);

    /// <summary>
    /// Lists runs that wait for a carrier: not over and owned by a fenced epoch, released and due, or released with notes
    /// in their inbox; in this order, and of those that are due the oldest first.
    /// </summary>
    /// <remarks>
    /// A store that many processes share may offer each of several keepers only a share, so that they do not reach for
    /// the same runs; together they are offered all. One that asks for an epoch that is no keeper's is offered all.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not positive.</exception>
    Task<ImmutableArray<RunId>> FindWaitingAsync(WaitingQuery query, CancellationToken cancellation);

    /// <summary>When the next released run is due; null when none waits.</summary>
    Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellation);

    /// <summary>
    /// Removes some of the runs that are over, with everything that is kept of them; of a run that is not over, or not
    /// under the rule, nothing is touched. Their names and start keys stay taken for ever.
    /// </summary>
    /// <remarks>
    /// One call looks at a part of the runs, from the oldest on, and lets appends through between its own writes; a pass
    /// over all of them is as many calls as it takes until there is no next place. Any number may prune at once.
    /// </remarks>
    /// <exception cref="ArgumentException">The rule is malformed.</exception>
    Task<Pruned> PruneAsync(PruneRule rule, CancellationToken cancellation);

    /// <summary>Whether there was a run of this name, and it was pruned.</summary>
    Task<bool> WasPrunedAsync(RunId run, CancellationToken cancellation);
}

/// <summary>
/// Which of the runs that are over are not kept. What one of the two conditions keeps is kept; there must be one.
/// </summary>
/// <param name="EndedBefore">Keeps those that ended at this moment or later; null keeps none for its age.</param>
/// <param name="KeepNewest">Keeps this many of those that started last; null keeps none for its place.</param>
/// <param name="Limit">At most this many runs are removed by one call, 1 to 1,000.</param>
/// <param name="After">The place to go on from: that of the call before, or 0 for the oldest run.</param>
/// <param name="IsRehearsal">Counts, and removes nothing.</param>
public sealed record PruneRule(
    DateTimeOffset? EndedBefore, int? KeepNewest, int Limit = 100, long After = 0, bool IsRehearsal = false)
{
    /// <summary>Checks what a store may take for granted about a rule.</summary>
    /// <exception cref="ArgumentException">
    /// It has no condition and so would keep nothing, or a number is out of its range.
    /// </exception>
    public void ThrowIfMalformed()
    {
        if (EndedBefore is null && KeepNewest is null)
        {
            throw new ArgumentException("Pruning needs an age or a number to keep; without both, no run would be kept.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(KeepNewest ?? 0, nameof(KeepNewest));
        ArgumentOutOfRangeException.ThrowIfNegative(After);
        ArgumentOutOfRangeException.ThrowIfLessThan(Limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Limit, RunQuery.MaxLimit);
    }
}

/// <summary>What one call of a pass over the runs removed.</summary>
/// <param name="Runs">How many runs.</param>
/// <param name="Next">Where the next call goes on; null when the pass is through.</param>
public readonly record struct Pruned(int Runs, long? Next);

/// <summary>Which waiting runs to list.</summary>
/// <param name="Now">Runs that wanted to be woken by then are due.</param>
/// <param name="Limit">At most this many, from 1.</param>
/// <param name="For">The epoch of the process that asks; its share may be less than all.</param>
public sealed record WaitingQuery(DateTimeOffset Now, int Limit, Epoch For = default)
{
    /// <summary>Checks what a store may take for granted about a query.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not positive.</exception>
    public void ThrowIfMalformed() => ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Limit);
}

/// <summary>Which runs to list.</summary>
/// <param name="Limit">At most this many, 1 to 1,000.</param>
/// <param name="Status">Only runs in this status.</param>
/// <param name="Workflow">Only runs of the workflow with this name.</param>
/// <param name="Before">Only runs listed after this one, the last of the page before; none when it is unknown.</param>
public sealed record RunQuery(int Limit = 50, RunStatus? Status = null, string? Workflow = null, RunId? Before = null)
{
    /// <summary>Only runs that were born with appends of this one.</summary>
    public RunId? Parent { get; init; }

    /// <summary>Only runs that were started at this moment or later.</summary>
    public DateTimeOffset? StartedFrom { get; init; }

    /// <summary>Only runs that were started before this moment.</summary>
    public DateTimeOffset? StartedBefore { get; init; }

    /// <summary>Only runs of this tenant: those whose names say so.</summary>
    public string? Tenant { get; init; }

    /// <summary>The most runs one page may have.</summary>
    public const int MaxLimit = 1_000;

    /// <summary>Checks what a store may take for granted about a query.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not between 1 and 1,000.</exception>
    public void ThrowIfMalformed()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Limit, MaxLimit);
    }
}
