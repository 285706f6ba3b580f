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
        if (state.Status != RunStatus.Running || state.Unsettled is not null)
        {
            return false;
        }

        var next = RunTime.Earlier(state.WakeAt, state.Bounds!.Deadline);
        foreach (var (_, activity) in state.Open)
        {
            if (activity.AwaitsDecision)
            {
                continue;
            }

            if (!activity.IsRetry || activity.Since <= beyond)
            {
                return false;
            }

            next = RunTime.Earlier(next, activity.Since);
        }

        due = next;
        return next is { } earliest ? earliest > beyond : !state.Open.IsEmpty;
    }
}
