using Orleans.Agents.Failures;

namespace Orleans.Agents.Runs;

/// <summary>Whether a run may ask for another attempt, as a failure when it may not.</summary>
internal static class RunBudget
{
    /// <summary>Why there is no attempt more, after some that are about to be asked for.</summary>
    public static Failure? Spent(RunState state, int more = 0) =>
        state.ActivitiesUsed + more >= state.Bounds!.Activities ? SpentActivities(state)
        : state.ActiveTime >= state.Bounds.ActiveTime ? SpentTime(state)
        : null;

    /// <summary>Why no run more may be launched; null when one may.</summary>
    public static Failure? SpentLaunches(RunState state)
    {
        var allowed = state.Bounds!.Launches ?? Workflows.Budget.DefaultLaunches;
        return state.LaunchesUsed >= allowed
            ? new Failure(
                FailureClass.Budget,
                FailureCode.BudgetLaunches,
                $"The run has launched {state.LaunchesUsed} runs, as many as its budget allows.")
            : null;
    }

    // An attempt is never given more time than the budget has left, so running out of it looks like a timeout.
    public static Failure Explain(RunState state, Failure failure) =>
        failure.Code == FailureCode.ActivityTimeout && state.ActiveTime >= state.Bounds!.ActiveTime
            ? SpentTime(state) with { Cause = failure }
            : failure;

    private static Failure SpentActivities(RunState state) => new(
        FailureClass.Budget,
        FailureCode.BudgetActivities,
        $"The run has asked for {state.ActivitiesUsed} activities, as many as its budget allows.");

    private static Failure SpentTime(RunState state) => new(
        FailureClass.Budget,
        FailureCode.BudgetTime,
        $"The run has been active for {state.ActiveTime}; its budget allows {state.Bounds!.ActiveTime}.");
}
