using System.Globalization;
using System.Text;
using Orleans.Agents.Budgets;
using Orleans.Agents.Failures;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>Whether a run may ask for something more, as a failure when it may not.</summary>
internal static class RunBudget
{
    /// <summary>What a run may use: what its starter hands on, else its own budget.</summary>
    public static RunBounds BoundsOf(Workflow workflow, RunCommand.Start start, int? depth, DateTimeOffset at)
    {
        var (budget, allotted) = (workflow.Budget, start.Allotted);
        if (!start.KeepsBooks)
        {
            return new RunBounds(
                budget.Activities, budget.Time, at + workflow.Deadline, depth, budget.Launches, Sizes: start.Sizes);
        }

        return new RunBounds(
            allotted?.Activities ?? budget.Activities,
            allotted?.Time ?? budget.Time,
            at + workflow.Deadline,
            depth,
            allotted?.Launches ?? budget.Launches,
            allotted?.Tokens ?? budget.Tokens ?? Budget.DefaultTokens,
            allotted?.MicroUsd ?? budget.MicroUsd ?? Budget.DefaultMicroUsd,
            start.Sizes);
    }

    /// <summary>
    /// A new owner makes the attempts anew that the old one had under way. What those may have used is gone; where too
    /// little is left for others in their place, the state fails.
    /// </summary>
    public static void RepeatWithin(Draft draft)
    {
        var state = draft.Current;
        if (state.Status != RunStatus.Running || state.Ending is not null || !state.Bounds!.KeepsBooks
            || Overdrawn(state) is not { } spent)
        {
            return;
        }

        var unmade = state.Open.Where(open => open.Value is { Reserved: not null, Child: null }).ToList();
        foreach (var (branch, open) in unmade)
        {
            spent = spent with { Origin = draft.OriginAt(open.Attempt, branch) };
            draft.Add(new RunEvent.ActivityFailed(state.Visit, branch, open.Attempt, spent, Usage.None));
        }

        if (unmade.Count > 0)
        {
            draft.FailState(spent);
        }
    }

    /// <summary>Why there is no attempt more, after some that are about to be asked for.</summary>
    public static Failure? Spent(RunState state, int more = 0)
    {
        var taken = state.Books?.Taken;
        return state.ActivitiesUsed + more + (taken?.Activities ?? 0) >= state.Bounds!.Activities ? SpentActivities(state, more)
            : state.ActiveTime + (taken?.Time ?? TimeSpan.Zero) >= state.Bounds.ActiveTime ? SpentTime(state)
            : null;
    }

    /// <summary>Why no run more may be launched; null when one may.</summary>
    public static Failure? SpentLaunches(RunState state)
    {
        var allowed = state.Bounds!.Launches ?? Budget.DefaultLaunches;
        var launched = (state.LaunchesUsed ?? 0) + (state.Books?.Taken?.Launches ?? 0);
        return launched >= allowed
            ? Crossed(
                state,
                FailureCode.BudgetLaunches,
                $"The run has launched {launched} runs, as many as its budget allows.",
                allowed,
                static cost => cost.Launches,
                needed: 1)
            : null;
    }

    /// <summary>What a run has left. Less than nothing where more was used than was set aside for it.</summary>
    public static Cost Free(RunState state)
    {
        var (bounds, taken) = (state.Bounds!, state.Books?.Taken ?? Cost.Nothing);
        return new Cost(
            bounds.Activities - state.ActivitiesUsed - (taken.Activities ?? 0),
            (bounds.Launches ?? Budget.DefaultLaunches) - (state.LaunchesUsed ?? 0) - (taken.Launches ?? 0),
            bounds.Tokens - (taken.Tokens ?? 0),
            bounds.MicroUsd - (taken.MicroUsd ?? 0),
            bounds.ActiveTime - state.ActiveTime - (taken.Time ?? TimeSpan.Zero));
    }

    /// <summary>Why something cannot be set aside; null when it can.</summary>
    /// <param name="state">The run.</param>
    /// <param name="needed">What is needed.</param>
    /// <param name="also">What is about to be set aside before it.</param>
    public static Failure? Objection(RunState state, Cost? needed, Cost? also = null)
    {
        if (needed is null)
        {
            return null;
        }

        var free = Cost.Less(Free(state), also) ?? Cost.Nothing;
        return Exceeds(needed.Tokens, free.Tokens) ? NoTokens(state, needed.Tokens)
            : Exceeds(needed.MicroUsd, free.MicroUsd) ? NoMoney(state, needed.MicroUsd)
            : Exceeds(needed.Activities, free.Activities)
                ? Crossed(
                    state,
                    FailureCode.BudgetActivities,
                    $"{needed.Activities} activities were to be handed on; {Math.Max(0, free.Activities ?? 0)} of {state.Bounds!.Activities} are left.",
                    state.Bounds.Activities,
                    static cost => cost.Activities,
                    needed.Activities)
            : Exceeds(needed.Launches, free.Launches)
                ? Crossed(
                    state,
                    FailureCode.BudgetLaunches,
                    $"{needed.Launches} launches were to be handed on; {Math.Max(0, free.Launches ?? 0)} are left.",
                    state.Bounds!.Launches ?? Budget.DefaultLaunches,
                    static cost => cost.Launches,
                    needed.Launches)
            : Exceeds(needed.Time?.Ticks, free.Time?.Ticks) ? SpentTime(state)
            : null;
    }

    // Whether more is set aside, used and lost than there was.
    private static Failure? Overdrawn(RunState state)
    {
        var free = Free(state);
        return free.Tokens < 0 ? NoTokens(state, null) : free.MicroUsd < 0 ? NoMoney(state, null) : null;
    }

    // An attempt is never given more time than the budget has left, so running out of it looks like a timeout.
    public static Failure Explain(RunState state, Failure failure) =>
        failure.Code == FailureCode.ActivityTimeout && Free(state).Time <= TimeSpan.Zero
            ? SpentTime(state) with { Cause = failure }
            : failure;

    private static bool Exceeds(long? needed, long? free) => needed > Math.Max(0, free ?? 0);

    private static Failure NoTokens(RunState state, long? needed) => Crossed(
        state,
        FailureCode.BudgetTokens,
        $"{Needs(needed)} tokens; the run's budget of {state.Bounds!.Tokens} has {Math.Max(0, Free(state).Tokens ?? 0)} left.",
        state.Bounds.Tokens ?? 0,
        static cost => cost.Tokens,
        needed);

    private static Failure NoMoney(RunState state, long? needed) => Crossed(
        state,
        FailureCode.BudgetCost,
        $"{(needed is { } some ? $"The call may need {Dollars(some)}" : "The call cannot be made again")}; the run's budget of {Dollars(state.Bounds!.MicroUsd ?? 0)} has {Dollars(Math.Max(0, Free(state).MicroUsd ?? 0))} left.",
        state.Bounds.MicroUsd ?? 0,
        static cost => cost.MicroUsd,
        needed);

    private static string Needs(long? needed) =>
        needed is { } some ? string.Create(CultureInfo.InvariantCulture, $"The call may need {some}") : "The call may need too many";

    private static string Dollars(long microUsd) =>
        string.Create(CultureInfo.InvariantCulture, $"{microUsd / 1_000_000m:0.00####} USD");

    private static Failure SpentActivities(RunState state, int more)
    {
        var asked = state.ActivitiesUsed + more + (state.Books?.Taken?.Activities ?? 0);
        return Crossed(
            state,
            FailureCode.BudgetActivities,
            $"The run has asked for {asked} activities, as many as its budget allows.",
            state.Bounds!.Activities,
            static cost => cost.Activities,
            needed: 1);
    }

    private static Failure SpentTime(RunState state) => Crossed(
        state,
        FailureCode.BudgetTime,
        $"Attempts were under way for {state.ActiveTime + (state.Books?.Taken?.Time ?? TimeSpan.Zero)}, added up; the budget allows {state.Bounds!.ActiveTime}.",
        (long)state.Bounds.ActiveTime.TotalMilliseconds,
        static cost => (long?)cost.Time?.TotalMilliseconds,
        needed: null);

    // What is needed is null where it is not known beforehand, as with time.
    private static Failure Crossed(
        RunState state, string code, string message, long limit, Func<Cost, long?> amount, long? needed)
    {
        var books = Books.Of(state);
        var details = new StringBuilder("{\"limit\":").Append(CultureInfo.InvariantCulture, $"{limit}")
            .Append(CultureInfo.InvariantCulture, $",\"reserved\":{Amount(books.Reserved)}")
            .Append(CultureInfo.InvariantCulture, $",\"settled\":{Amount(books.Settled)}")
            .Append(CultureInfo.InvariantCulture, $",\"lost\":{Amount(books.Lost)}");
        if (needed is { } some)
        {
            details.Append(CultureInfo.InvariantCulture, $",\"needed\":{some}");
        }

        return new Failure(FailureClass.Budget, code, message, Details: Payload.Parse(details.Append('}').ToString()));

        long Amount(Cost? cost) => cost is null ? 0 : amount(cost) ?? 0;
    }
}
