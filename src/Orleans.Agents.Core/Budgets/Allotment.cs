using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Budgets;

/// <summary>
/// What a run hands on to one that it starts: what its author declares, else an equal share of what is left; never more
/// than the started workflow's own budget.
/// </summary>
internal static class Allotment
{
    /// <summary>What a child run gets.</summary>
    /// <param name="state">The run that starts it.</param>
    /// <param name="asked">The state or branch that asks for it.</param>
    /// <param name="own">The budget of the workflow that is started.</param>
    /// <param name="needed">What it gets.</param>
    /// <returns>Why it cannot get it; null when it can.</returns>
    public static Failure? Find(RunState state, State asked, Budget own, out Cost? needed)
    {
        needed = null;
        if (!state.Bounds!.KeepsBooks)
        {
            return null;
        }

        var declared = asked switch
        {
            State.WorkflowCall call => call.Budget,
            State.Launch launch => launch.Budget,
            _ => null,
        };
        var free = RunBudget.Free(state);
        var parts = asked is State.Launch ? (free.Launches ?? 0) + 1 : PartsOf(state);
        needed = new Cost(
            Math.Min(own.Activities, declared?.Activities ?? Share(free.Activities, parts)),
            Math.Min(own.Launches ?? Budget.DefaultLaunches, declared?.Launches ?? Share(free.Launches, parts)),
            Math.Min(own.Tokens ?? Budget.DefaultTokens, declared?.Tokens ?? Share(free.Tokens, parts)),
            Math.Min(own.MicroUsd ?? Budget.DefaultMicroUsd, declared?.MicroUsd ?? Share(free.MicroUsd, parts)),
            new TimeSpan(Math.Min(own.Time.Ticks, declared?.Time?.Ticks ?? Share(free.Time?.Ticks, parts))));
        return RunBudget.Objection(state, needed);
    }

    // What has begun as a child run has its part already; all others of the state have theirs to come. One part stays with
    // the run: it may go on before a child that it does not wait for any more has given back what it did not use.
    private static long PartsOf(RunState state) =>
        (state.FanOut is { } fan ? fan.Count - fan.Next : 0) + Math.Max(1, state.Open.Count - (state.AwaitedChildren ?? 0)) + 1;

    private static long Share(long? free, long parts) => Math.Max(0, free ?? 0) / parts;
}
