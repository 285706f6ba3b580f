using Orleans.Agents.Budgets;

namespace Orleans.Agents.Runs;

/// <summary>
/// What it means for a run's state that it is suspended. An activity that is held back waits for a moment, and that comes
/// when the run is resumed.
/// </summary>
internal static class SuspensionEvolution
{
    public static RunState Suspend(RunState state, RunEvent.Suspended suspended, DateTimeOffset at)
    {
        if (state.Suspension is { } before)
        {
            return state with
            {
                Suspension = before with { Reason = suspended.Reason ?? before.Reason, IsByParent = suspended.ByParent },
            };
        }

        var open = state.Open;
        foreach (var (branch, activity) in state.Open)
        {
            // A pause that was over is an attempt under way, if nobody says that it is not.
            open = suspended.Held?.Contains(branch) is true ? open.SetItem(branch, Held(activity, at))
                : activity is { IsRetry: true } && activity.Since <= at ? open.SetItem(branch, activity with { IsRetry = false })
                : open;
        }

        return state with { Open = open, Suspension = new Suspension(at, suspended.Reason, suspended.ByParent, suspended.Code) };
    }

    public static RunState Resume(RunState state, DateTimeOffset at)
    {
        var open = state.Open;
        foreach (var (branch, activity) in state.Open)
        {
            open = activity is { IsRetry: true } && activity.Since <= at
                ? open.SetItem(branch, activity with { Since = at, IsRetry = false })
                : open;
        }

        return state with { Open = open, Suspension = null };
    }

    /// <summary>A first attempt that is asked for.</summary>
    public static OpenActivity Asked(RunState state, DateTimeOffset at, Cost? reserved) =>
        new(Attempt: 1, at, IsRetry: state.Suspension is not null, Reserved: reserved);

    /// <summary>Whether an activity that a process had under way is not to be made by the next until the run is resumed.</summary>
    public static bool Holds(RunState state, OpenActivity activity) =>
        state.Suspension is not null && activity is { Child: null, Call: null };

    private static OpenActivity Held(OpenActivity activity, DateTimeOffset at) =>
        activity with { Since = RunTime.Later(activity.Since, at), IsRetry = true };
}
