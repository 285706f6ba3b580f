using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Orleans.Agents.Budgets;
using Orleans.Agents.Failures;
using Orleans.Agents.Messages;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>
/// The rules of fan-out: which branches are under way, and when the state is done. The order of the journal decides who
/// came first; what settles the state is stored together with it.
/// </summary>
internal static class FanOutRules
{
    public static string? Enter(
        Draft draft, Workflow workflow, State definition, RunEvent.StateEntered entered, DateTimeOffset at)
    {
        draft.Add(entered);
        if (!FanOutPlan.TryMake(workflow, draft.Current, definition, at, out var planned, out var failure))
        {
            return draft.Failed(definition, failure);
        }

        draft.Add(planned);
        return Advance(draft, workflow, definition);
    }

    /// <summary>Settles the state if that is possible, or starts the branches that may be under way.</summary>
    public static string? Advance(Draft draft, Workflow workflow, State definition)
    {
        while (true)
        {
            var fan = draft.Current.FanOut!;
            if (TooLarge(draft.Current, fan.Bytes) is { } large)
            {
                return draft.Failed(definition, large);
            }

            if (fan.IsSettled)
            {
                return Settle(draft, definition);
            }

            if (fan.IsLost)
            {
                return draft.Failed(definition, Lost(fan));
            }

            var started = Startable(draft.Current, workflow, out var reserved, out var broken);
            if (started > 0)
            {
                draft.Add(new RunEvent.BranchesStarted(draft.Current.Visit, fan.Next, started, reserved));
                for (var branch = fan.Next; branch < fan.Next + started && draft.Current.Messages is not null; branch++)
                {
                    MessageRules.Deliver(draft, workflow, branch);
                }
            }

            if (broken is null)
            {
                return null;
            }

            if (broken.Class is FailureClass.Budget)
            {
                return draft.Failed(definition, broken);
            }

            if (FailBranch(draft, definition, draft.Current.FanOut!.Next, broken) is { } failed)
            {
                return draft.Failed(definition, failed);
            }
        }
    }

    /// <summary>Lets a branch fail for good.</summary>
    /// <returns>The failure of the whole state, when it is one: the first failure where all have to succeed.</returns>
    public static Failure? FailBranch(Draft draft, State definition, int branch, Failure failure)
    {
        var placed = failure with { Origin = failure.Origin ?? draft.OriginAt(0, branch) };
        draft.Add(new RunEvent.BranchFailed(draft.Current.Visit, branch, placed));
        var fan = draft.Current.FanOut!;
        return !fan.IsLost ? null
            : fan.Needed == fan.Count ? placed
            : Lost(fan) with { Cause = placed };
    }

    /// <summary>What a branch is called: its name, the key of its item, or the item's number from 0.</summary>
    public static string NameOf(State definition, RunState state, int branch) => definition is State.Parallel parallel
        ? parallel.Branches[branch].Name
        : state.FanOut?.Keys is { } keys ? keys[branch]
        : branch.ToString(CultureInfo.InvariantCulture);

    // How many branches can be started in a row, what is set aside for them, and why not the next if there is room for
    // it. One that does not fit beside those under way waits for what they leave.
    private static int Startable(
        RunState state, Workflow workflow, out ImmutableArray<Cost>? reserved, out Failure? broken)
    {
        var fan = state.FanOut!;
        var room = Math.Max(Math.Min(fan.Limit - state.Open.Count, fan.Count - fan.Next), 0);
        ImmutableArray<Cost>.Builder? costs = null;
        Cost? total = null;
        broken = null;
        var started = 0;
        while (started < room)
        {
            var isAlone = state.Open.IsEmpty && started == 0;
            if (!TryStart(state, workflow, started, total, out var cost, out broken))
            {
                broken = !isAlone && broken is { Code: FailureCode.BudgetTokens or FailureCode.BudgetCost } ? null : broken;
                break;
            }

            if (cost is not null || costs is not null)
            {
                costs ??= NothingFor(started);
                costs.Add(cost ?? Cost.Nothing);
                total = Cost.Sum(total, cost);
            }

            started++;
        }

        reserved = costs?.DrainToImmutable();
        return started;
    }

    private static ImmutableArray<Cost>.Builder NothingFor(int branches)
    {
        var costs = ImmutableArray.CreateBuilder<Cost>(branches + 1);
        costs.AddRange(Enumerable.Repeat(Cost.Nothing, branches));
        return costs;
    }

    private static bool TryStart(
        RunState state, Workflow workflow, int started, Cost? total, out Cost? cost, [NotNullWhen(false)] out Failure? broken)
    {
        cost = null;
        broken = RunBudget.Spent(state, started);
        if (broken is not null)
        {
            return false;
        }

        var branch = state.FanOut!.Next + started;
        if (!RunScope.TryRenderInput(workflow, state, branch, out var input, out var unrendered))
        {
            broken = unrendered.ToFailure();
            return false;
        }

        cost = Estimate.Of(workflow, state, branch, input);
        broken = SizeLimits.RenderedTooLarge(state, input.Length, "The input") ?? RunBudget.Objection(state, cost, total);
        return broken is null;
    }

    private static string? Settle(Draft draft, State definition)
    {
        var output = FanOutOutput.Of(definition, draft.Current.FanOut!);
        return TooLarge(draft.Current, output.Length) is { } large ? draft.Failed(definition, large)
            : Rendering.Satisfies(definition, output, out var failure) ? draft.Left(definition, output)
            : draft.Failed(definition, failure);
    }

    private static Failure Lost(FanOut fan) => new(
        FailureClass.Permanent,
        FailureCode.Quorum,
        $"{fan.Needed} of {fan.Count} branches have to succeed; {fan.Failed} have failed.");

    private static Failure? TooLarge(RunState state, long bytes)
    {
        var most = SizeLimits.Of(state).Of(SizeKind.Payload);
        return bytes <= most ? null : new Failure(
            FailureClass.Permanent,
            FailureCode.PayloadTooLarge,
            $"The outputs of the branches have {bytes} bytes; at most {most} are allowed.");
    }
}
