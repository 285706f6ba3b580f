using System.Diagnostics;
using Orleans.Agents.Budgets;
using Orleans.Agents.Failures;
using Orleans.Agents.Messages;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>What entering a state means: the run waits for somebody, or goes on at once.</summary>
internal static class StateEntry
{
    /// <summary>Enters a state.</summary>
    /// <returns>The state to go to; null when the run waits or is over.</returns>
    public static string? Enter(
        Draft draft, Workflow workflow, State definition, RunEvent.StateEntered entered, DateTimeOffset at) =>
        definition switch
        {
            State.AgentCall when draft.Current.Bounds!.KeepsBooks => EnterAgent(draft, workflow, definition, entered, at),
            State.AgentCall or State.ToolCall or State.WorkflowCall or State.Launch => EnterActivity(draft, workflow, definition, entered),
            State.Parallel or State.ForEach => FanOutRules.Enter(draft, workflow, definition, entered, at),
            State.Wait wait => EnterWait(draft, workflow, wait, entered, at),
            State.Await wait => SignalRules.Enter(draft, wait, entered, at),
            State.Send send => MessageRules.Enter(draft, workflow, send, entered, at),
            State.Pass pass => EnterPass(draft, workflow, pass, entered),
            State.End end => EnterEnd(draft, workflow, end, entered),
            State.Fail fail => EnterFail(draft, workflow, fail, entered),
            _ => throw new UnreachableException(definition.GetType().Name),
        };

    private static string? EnterActivity(Draft draft, Workflow workflow, State definition, RunEvent.StateEntered entered)
    {
        var spent = RunBudget.Spent(draft.Current);
        draft.Add(entered with { Activity = spent is null });
        if (spent is not null)
        {
            return draft.Failed(definition, spent);
        }

        if (!RunScope.TryRender(definition.Input, workflow, draft.Current, out var input, out var broken))
        {
            return draft.Failed(definition, broken.ToFailure());
        }

        if (SizeLimits.RenderedTooLarge(draft.Current, input.Length, "The input") is { } large)
        {
            return draft.Failed(definition, large);
        }

        // The attempt begins as soon as this is stored; who carries the run on later renders it again.
        draft.Current.Open[0].Input = new KeptInput(input);
        MessageRules.Deliver(draft, workflow, branch: 0);
        return null;
    }

    // What is set aside is stored with the fact that the attempt is under way, so it is found before it.
    private static string? EnterAgent(
        Draft draft, Workflow workflow, State definition, RunEvent.StateEntered entered, DateTimeOffset at)
    {
        var asked = entered with { Activity = true };
        var spent = RunBudget.Spent(draft.Current);
        if (spent is null)
        {
            var seen = Run.Evolve(draft.Current, asked, at);
            _ = RunScope.TryRender(definition.Input, workflow, seen, out var input, out var broken);
            if ((broken?.ToFailure() ?? SizeLimits.RenderedTooLarge(seen, input.Length, "The input")) is { } failure)
            {
                draft.Add(asked);
                return draft.Failed(definition, failure);
            }

            asked = asked with { Reserved = Estimate.Of(workflow, seen, 0, input) };
            spent = RunBudget.Objection(draft.Current, asked.Reserved);
            if (spent is null)
            {
                draft.Add(asked);
                draft.Current.Open[0].Input = new KeptInput(input);
                MessageRules.Deliver(draft, workflow, branch: 0);
                return null;
            }
        }

        draft.Add(entered);
        return draft.Failed(definition, spent);
    }

    private static string? EnterWait(
        Draft draft, Workflow workflow, State.Wait wait, RunEvent.StateEntered entered, DateTimeOffset at)
    {
        var scope = RunScope.Of(workflow, Run.Evolve(draft.Current, entered, at));
        if (!Rendering.TryFindWaitEnd(wait, scope, at, out var due, out var failure))
        {
            draft.Add(entered);
            return draft.Failed(wait, failure);
        }

        if (due <= at)
        {
            draft.Add(entered);
            return draft.Left(wait, Payload.Null);
        }

        draft.Add(entered with { WakeAt = RunTime.Truncate(due) });
        return null;
    }

    private static string? EnterPass(Draft draft, Workflow workflow, State.Pass pass, RunEvent.StateEntered entered)
    {
        draft.Add(entered);
        if (!RunScope.TryRender(pass.Input, workflow, draft.Current, out var output, out var broken))
        {
            return draft.Failed(pass, broken.ToFailure());
        }

        return SizeLimits.RenderedTooLarge(draft.Current, output.Length) is { } large ? draft.Failed(pass, large)
            : Rendering.Satisfies(pass, output, out var failure) ? draft.Left(pass, output)
            : draft.Failed(pass, failure);
    }

    private static string? EnterEnd(Draft draft, Workflow workflow, State.End end, RunEvent.StateEntered entered)
    {
        draft.Add(entered);
        if (!RunScope.TryRender(end.Output, workflow, draft.Current, out var output, out var broken))
        {
            return draft.Failed(end, broken.ToFailure());
        }

        if (SizeLimits.RenderedTooLarge(draft.Current, output.Length) is { } large)
        {
            return draft.Failed(end, large);
        }

        if (!Rendering.Satisfies(end, output, out var failure))
        {
            return draft.Failed(end, failure);
        }

        draft.SucceedRun(output);
        return null;
    }

    private static string? EnterFail(Draft draft, Workflow workflow, State.Fail fail, RunEvent.StateEntered entered)
    {
        draft.Add(entered);
        var message = RunScope.TryRender(fail.Message, workflow, draft.Current, out var rendered, out var broken)
            ? Value.From(rendered).ToDisplayText()
            : broken.ToFailure().Message;
        draft.FailRun(new Failure(
            FailureClass.Permanent, fail.Code, message, Cause: draft.Current.Error?.WithoutDeepCauses()));
        return null;
    }
}
