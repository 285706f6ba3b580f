using System.Collections.Immutable;

namespace Orleans.Agents.Activities.Lending;

/// <summary>The lanes of other processes, which take what finds no lane here.</summary>
internal interface IOtherLanes
{
    /// <summary>Has this called when another process may have a free lane that had none before.</summary>
    void Attach(Action offer);

    /// <summary>Another process that may have a free lane; null when there is none. It is to be offered something at once.</summary>
    IOtherProcess? Next();
}

/// <summary>There are no other processes, or they are none of this one's business.</summary>
internal sealed class NoOtherLanes : IOtherLanes
{
    public static NoOtherLanes Instance { get; } = new();

    /// <inheritdoc/>
    public void Attach(Action offer)
    {
    }

    /// <inheritdoc/>
    public IOtherProcess? Next() => null;
}

/// <summary>A process that makes attempts for this one. What it takes and does not report, it never will.</summary>
internal interface IOtherProcess
{
    /// <summary>Offers attempts; it takes as many as it has free lanes, from the first on.</summary>
    /// <exception cref="LaneLostException">It does not answer.</exception>
    Task<LoanAnswer> LendAsync(ImmutableArray<LentAttempt> attempts);

    /// <summary>Waits until there is something to report of what it took.</summary>
    /// <exception cref="LaneLostException">It does not answer, or knows nothing of it any more.</exception>
    Task<ImmutableArray<LentReport>> CollectAsync(string loan);

    /// <summary>Cancels one of the attempts it took, best effort.</summary>
    void Cancel(string loan, int place);
}

/// <summary>What another process took of what it was offered.</summary>
/// <param name="Loan">Names what it took.</param>
/// <param name="Taken">How many, from the first on.</param>
internal sealed record LoanAnswer(string Loan, int Taken);

/// <summary>A process that makes attempts for this one does not answer. Those it has not reported have to be made anew.</summary>
/// <param name="message">Which one, and what it said.</param>
/// <param name="inner">What led to it.</param>
internal sealed class LaneLostException(string message, Exception? inner = null)
    : AgentsException("lane.lost", message, inner);
