using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;

namespace Orleans.Agents.Simulation.Tests;

/// <summary>The promises the simulation holds the code to, by the names that docs/internals/invariants.md explains.</summary>
internal static class Invariant
{
    public const string EndsOnce = "ends-once";
    public const string VersionsHaveNoGaps = "versions-have-no-gaps";
    public const string EpochsNeverDecrease = "epochs-never-decrease";
    public const string TimeNeverRunsBack = "time-never-runs-back";
    public const string StateIsFold = "state-is-fold";
    public const string SnapshotIsFold = "snapshot-is-fold";
    public const string OneResultAnAttempt = "one-result-an-attempt";
    public const string ResultsWereGiven = "results-were-given";
    public const string AttemptsDoNotOverlap = "attempts-do-not-overlap";
    public const string RecordedNeverAgain = "recorded-never-again";
    public const string WithinBudget = "within-budget";
    public const string SuspendedBeginsNothing = "suspended-begins-nothing";
    public const string CrashLoopsPark = "crash-loops-park";
    public const string NothingSleeps = "nothing-sleeps";
    public const string FencedNeverWrites = "fenced-never-writes";
    public const string OneOwner = "one-owner";
    public const string OneRunAKey = "one-run-a-key";
    public const string OneRunAChild = "one-run-a-child";
    public const string AnswersAreDurable = "answers-are-durable";
    public const string ChildrenEndFirst = "children-end-first";
    public const string StartedIsThere = "started-is-there";
    public const string EveryRunEnds = "every-run-ends";
    public const string EveryProcessStops = "every-process-stops";
    public const string FaultsChangeNothing = "faults-change-nothing";
    public const string SignalsComeOnce = "signals-come-once";
    public const string OnceMeansOnce = "once-means-once";
    public const string ReplayDecidesTheSame = "replay-decides-the-same";
    public const string ForksBeginAtTheCut = "forks-begin-at-the-cut";
    public const string PayloadsAreWhole = "payloads-are-whole";
    public const string BooksBalance = "books-balance";
    public const string NothingBreaks = "nothing-breaks";

    public static ImmutableArray<string> All { get; } =
    [
        .. typeof(Invariant).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(f => f.IsLiteral)
            .Select(f => (string)f.GetRawConstantValue()!),
    ];

    /// <summary>Throws when a promise is broken.</summary>
    public static void Check(bool holds, string invariant, FormattableString how)
    {
        if (!holds)
        {
            throw new BrokenInvariantException(invariant, how.ToString(CultureInfo.InvariantCulture));
        }
    }
}

/// <summary>A promise was broken.</summary>
internal sealed class BrokenInvariantException(string invariant, string how) : Exception($"{invariant}: {how}")
{
    public string Invariant { get; } = invariant;
}
