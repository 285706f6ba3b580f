using System.Collections.Immutable;
using Orleans.Agents.Failures;

namespace Orleans.Agents.Workflows;

/// <summary>When and how often a failed activity is tried again.</summary>
/// <param name="Attempts">How many attempts there are in all, the first among them.</param>
/// <param name="Backoff">The pause before the second attempt.</param>
/// <param name="Factor">What the pause is multiplied with from attempt to attempt.</param>
/// <param name="Max">The longest pause; <c>retry_after</c> of the other side is honoured beyond it.</param>
/// <param name="Jitter">The share of the pause that chance takes off, 0 to 1.</param>
/// <param name="On">Which failures are tried again: classes, codes, families of codes, or <c>*</c>.</param>
public sealed record RetryRule(
    int Attempts, TimeSpan Backoff, decimal Factor, TimeSpan Max, decimal Jitter, ImmutableArray<string> On)
{
    /// <summary>The pause after each attempt, one by one, where an author names them; the last serves for all that follow.</summary>
    public ImmutableArray<TimeSpan> Pauses { get; init; } = [];

    /// <summary>One attempt.</summary>
    public static RetryRule Never { get; } = new(1, TimeSpan.Zero, 1, TimeSpan.Zero, 0, []);

    /// <summary>The longest pause that <c>retry_after</c> can ask for.</summary>
    public static TimeSpan LongestPause { get; } = TimeSpan.FromDays(1);

    /// <summary>
    /// Whether a failure of some attempt is followed by another attempt. What may have happened is tried again only
    /// where <see cref="On"/> names just that: <c>*</c> does not.
    /// </summary>
    public bool Allows(Failure failure, int attempt) =>
        attempt < Attempts
        && On.Any(p => failure.Class is FailureClass.UnknownOutcome ? failure.IsNamedBy(p) : failure.Matches(p));

    /// <summary>
    /// The pause after an attempt: <c>backoff · factor^(attempt - 1)</c>, at most <see cref="Max"/>, or the one that
    /// <see cref="Pauses"/> names, less up to
    /// <see cref="Jitter"/> of itself, and never less than the other side asked for.
    /// </summary>
    /// <param name="failure">How the attempt failed.</param>
    /// <param name="attempt">The number of the attempt that failed, from 1.</param>
    /// <param name="chance">A number from 0 to 1 that stands for chance; the same for the same attempt, for ever.</param>
    public TimeSpan PauseAfter(Failure failure, int attempt, decimal chance)
    {
        var ticks = BeforeChance(attempt) * (1 - (Jitter * chance));
        var pause = TimeSpan.FromTicks((long)ticks);
        var asked = failure.RetryAfter ?? TimeSpan.Zero;
        return asked > pause ? (asked < LongestPause ? asked : LongestPause) : pause;
    }

    private decimal BeforeChance(int attempt)
    {
        if (!Pauses.IsEmpty)
        {
            return Pauses[Math.Min(attempt, Pauses.Length) - 1].Ticks;
        }

        var ticks = (decimal)Backoff.Ticks;
        for (var i = 1; i < attempt && ticks < Max.Ticks; i++)
        {
            ticks *= Factor;
        }

        return Math.Min(ticks, Max.Ticks);
    }
}
