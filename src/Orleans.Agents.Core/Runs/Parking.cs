namespace Orleans.Agents.Runs;

/// <summary>When a run may be put down, because nothing is to be done for it for a while.</summary>
public static class Parking
{
    /// <summary>
    /// When the run must be carried again, if everything it waits for lies beyond a moment; null when it must be carried.
    /// </summary>
    public static DateTimeOffset? DueAt(RunState state, DateTimeOffset beyond)
    {
        if (state.Status != RunStatus.Running)
        {
            return null;
        }

        DateTimeOffset? due = RunTime.Earlier(state.WakeAt, state.Bounds!.Deadline);
        foreach (var activity in state.Open.Values)
        {
            due = RunTime.Earlier(due, activity.IsRetry ? activity.Since : DateTimeOffset.MinValue);
        }

        return due > beyond ? due : null;
    }
}
