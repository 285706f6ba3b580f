namespace Orleans.Agents.Runs;

/// <summary>When a run may be put down, because nothing is to be done for it for a while.</summary>
public static class Parking
{
    /// <summary>Whether everything a run waits for lies beyond a moment, or comes from outside.</summary>
    /// <param name="state">The run's state.</param>
    /// <param name="beyond">The moment.</param>
    /// <param name="due">When it must be carried again; null when only somebody from outside can move it.</param>
    public static bool IsPossible(RunState state, DateTimeOffset beyond, out DateTimeOffset? due)
    {
        due = null;
        if (state.Status != RunStatus.Running || state.Unsettled?.Exists(call => call.IsOnce) is true)
        {
            return false;
        }

        if (state.Ending is not null)
        {
            return true; // only its children are waited for
        }

        if (state.Suspension is not null)
        {
            return !state.Open.Values.Any(open => IsUnderWay(state, open)); // nothing comes due meanwhile
        }

        var next = RunTime.Earlier(state.WakeAt, state.Bounds!.Deadline);
        foreach (var (_, activity) in state.Open)
        {
            if (activity.AwaitsDecision)
            {
                continue;
            }

            if (activity.Child is not null)
            {
                next = RunTime.Earlier(next, activity.Until);
                continue;
            }

            if (!activity.IsRetry || activity.Since <= beyond)
            {
                return false;
            }

            next = RunTime.Earlier(next, activity.Since);
        }

        due = next;
        return next is { } earliest ? earliest > beyond : !state.Open.IsEmpty || state.Awaited is not null;
    }

    /// <summary>
    /// Whether the end of a child run may move it: soon, more often than not, so that it is put down only by
    /// <see cref="RunCommand.Rest"/>, after a while.
    /// </summary>
    public static bool WaitsForChildren(RunState state) =>
        state.Suspension is null && (state.AwaitedChildren is not null || state.Unsettled is not null);

    private static bool IsUnderWay(RunState state, OpenActivity open) =>
        open is { AwaitsDecision: false, Child: null } && !SuspensionRules.HoldsBack(state, open);
}
