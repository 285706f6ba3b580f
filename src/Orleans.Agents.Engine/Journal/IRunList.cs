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
}

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
