using Orleans.Agents.Failures;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>
/// The rules of a run whose processes end without a word, one after the other, while they do its work. What such a run asks for
/// may well be what ends them: before it takes down the next one, it is suspended until somebody looks at it.
/// </summary>
internal static class CrashRules
{
    /// <summary>How often in a row, with what happens to be the case now; null when that is never.</summary>
    public static int? CountAfter(RunState state, RunEvent.TakenOver taken, DateTimeOffset at) =>
        taken.AfterCrash is true && HasWorkOfItsOwn(state, at) ? (state.Crashes ?? 0) + 1 : state.Crashes;

    /// <summary>
    /// Whether a fact says that the run has come further since. What only says that a call is about to be made, or may have been
    /// made, does not: it may be just that call which ends processes. Nor does what comes from outside.
    /// </summary>
    public static bool IsProgress(RunEvent happened) => happened switch
    {
        RunEvent.ActivityFailed e => e.Failure.Class is not FailureClass.UnknownOutcome,
        RunEvent.StateEntered or RunEvent.StateLeft or RunEvent.BranchesStarted or RunEvent.BranchFailed
            or RunEvent.ActivitySucceeded or RunEvent.ActivityDecided or RunEvent.ChildStarted or RunEvent.RunLaunched
            or RunEvent.Resumed or RunEvent.Closing or RunEvent.Succeeded or RunEvent.Failed => true,
        _ => false,
    };

    /// <summary>Suspends a run that was just taken over, when that has happened too often.</summary>
    public static void Suspend(Workflow workflow, Draft draft)
    {
        var state = draft.Current;
        if (state.Crashes >= RunLimits.Crashes && state.Suspension is null && Checkpoint.IsUnderWay(state))
        {
            draft.Add(new RunEvent.Suspended(
                $"{state.Crashes} processes in a row ended without a word while they were at state '{state.State}', and nothing was recorded in between.",
                Held: SuspensionRules.HeldBack(workflow, state, isAtRest: true),
                Code: FailureCode.CrashLoop));
        }
    }

    // A run that waits for its children, a signal or a moment ends no process; its children count for themselves.
    private static bool HasWorkOfItsOwn(RunState state, DateTimeOffset at)
    {
        foreach (var (_, open) in state.Open)
        {
            if (open is { Child: null, AwaitsDecision: false } && CallEvolution.MayHaveBegun(state, open, at))
            {
                return true;
            }
        }

        return false;
    }
}
