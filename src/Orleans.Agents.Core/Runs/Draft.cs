using System.Collections.Immutable;
using System.Diagnostics;
using Orleans.Agents.Expressions;
using Orleans.Agents.Failures;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>
/// One decision in the making: the facts so far and the state they lead to. It moves the run from state to state until it
/// has to wait for somebody or is over.
/// </summary>
internal sealed class Draft(Workflow workflow, RunState before, DateTimeOffset at)
{
    private readonly ImmutableArray<RunEvent>.Builder events = ImmutableArray.CreateBuilder<RunEvent>(4);
    private RunState state = before;

    public Decision.Accepted Accept() => new(at, events.DrainToImmutable(), state);

    public void Add(RunEvent happened)
    {
        events.Add(happened);
        state = Run.Evolve(state, happened, at);
    }

    public void Start(RunCommand.Start start)
    {
        var origin = new RunOrigin(
            start.Run.Value,
            workflow.Name,
            workflow.Hash,
            Workflow.CurrentLanguage,
            start.CorrelationId,
            workflow.Version,
            start.Key,
            start.Folder,
            start.Env,
            start.Epoch == default ? null : start.Epoch.Value);
        var bounds = new RunBounds(workflow.Budget.Activities, workflow.Budget.Time, at + workflow.Deadline);
        var scope = new Scope { Input = start.Input, Env = start.Env ?? Payload.Null };
        var isRendered = Rendering.TrySave(
            workflow.Context, scope, RunState.Initial, out _, out var context, out var failure);
        Add(new RunEvent.Started(origin, start.Input, context, bounds));
        if (isRendered)
        {
            Follow(workflow.Start);
        }
        else
        {
            FailRun(failure!);
        }
    }

    /// <summary>The present state did what it is for.</summary>
    public void Leave(Payload output) => Follow(Left(workflow.States[state.State], output));

    /// <summary>An attempt failed: the rule of the present state says whether there is another.</summary>
    public void RetryOrFail(RunCommand.ReportFailure report)
    {
        var definition = workflow.States[state.State];
        var failure = RunBudget.Explain(state, report.Failure) with { Origin = OriginAt(report.Attempt) };
        if (!definition.Retry.Allows(failure, report.Attempt))
        {
            Follow(Failed(definition, failure));
            return;
        }

        if (RunBudget.Spent(state) is { } spent)
        {
            Follow(Failed(definition, spent with { Cause = failure, Origin = failure.Origin }));
            return;
        }

        var activity = new ActivityId(new RunId(state.Origin!.Run), report.Visit, report.Branch);
        var pause = definition.Retry.PauseAfter(failure, report.Attempt, Chance.Of(activity, report.Attempt));
        Add(new RunEvent.RetryScheduled(report.Visit, report.Branch, report.Attempt + 1, RunTime.Truncate(at + pause)));
        Follow(AwaitActivity(definition));
    }

    public void FailRun(Failure failure) =>
        Add(new RunEvent.Failed(failure with { Origin = failure.Origin ?? OriginAt(0) }));

    // Each step answers with the state to go to, or with null when the run waits or is over.
    private void Follow(string? target)
    {
        for (var moves = 0; target is not null; moves++)
        {
            if (moves == RunLimits.Transitions)
            {
                FailRun(new Failure(
                    FailureClass.Permanent,
                    FailureCode.TransitionLimit,
                    $"The run moved through {moves} states without an activity or a wait; the last was '{target}'."));
                return;
            }

            target = Enter(workflow.States[target]);
        }
    }

    private string? Enter(State definition)
    {
        var cycle = state.Visits.GetValueOrDefault(definition.Name) + 1;
        if (cycle > definition.MaxVisits)
        {
            return Failed(definition, new Failure(
                FailureClass.Permanent,
                FailureCode.MaxVisits,
                $"State '{definition.Name}' has been entered {cycle - 1} times, as often as max_visits allows."));
        }

        if (state.Visit == RunLimits.Visits)
        {
            FailRun(new Failure(
                FailureClass.Permanent,
                FailureCode.TooManyVisits,
                $"The run has entered {RunLimits.Visits} states; start another run to go on."));
            return null;
        }

        var entered = new RunEvent.StateEntered(definition.Name, state.Visit + 1, cycle, definition.MaxVisits);
        return definition switch
        {
            State.AgentCall or State.ToolCall => EnterActivity(definition, entered),
            State.Wait wait => EnterWait(wait, entered),
            State.Pass pass => EnterPass(pass, entered),
            State.End end => EnterEnd(end, entered),
            State.Fail fail => EnterFail(fail, entered),
            _ => throw new UnreachableException(definition.GetType().Name),
        };
    }

    private string? EnterActivity(State definition, RunEvent.StateEntered entered)
    {
        var spent = RunBudget.Spent(state);
        Add(entered with { Activity = spent is null });
        return spent is null ? AwaitActivity(definition) : Failed(definition, spent);
    }

    // The shell renders the input when it starts the attempt; that it renders at all is decided here.
    private string? AwaitActivity(State definition) =>
        RunScope.TryRender(definition.Input, workflow, state, out _, out var broken)
            ? null
            : Failed(definition, broken.ToFailure());

    private string? EnterWait(State.Wait wait, RunEvent.StateEntered entered)
    {
        var scope = RunScope.Of(workflow, Run.Evolve(state, entered, at));
        if (!Rendering.TryFindWaitEnd(wait, scope, at, out var due, out var failure))
        {
            Add(entered);
            return Failed(wait, failure);
        }

        if (due <= at)
        {
            Add(entered);
            return Left(wait, Payload.Null);
        }

        Add(entered with { WakeAt = RunTime.Truncate(due) });
        return null;
    }

    private string? EnterPass(State.Pass pass, RunEvent.StateEntered entered)
    {
        Add(entered);
        if (!RunScope.TryRender(pass.Input, workflow, state, out var output, out var broken))
        {
            return Failed(pass, broken.ToFailure());
        }

        return Rendering.Satisfies(pass, output, out var failure) ? Left(pass, output) : Failed(pass, failure);
    }

    private string? EnterEnd(State.End end, RunEvent.StateEntered entered)
    {
        Add(entered);
        if (!RunScope.TryRender(end.Output, workflow, state, out var output, out var broken))
        {
            return Failed(end, broken.ToFailure());
        }

        if (!Rendering.Satisfies(end, output, out var failure))
        {
            return Failed(end, failure);
        }

        Add(new RunEvent.Succeeded(output));
        return null;
    }

    private string? EnterFail(State.Fail fail, RunEvent.StateEntered entered)
    {
        Add(entered);
        var message = RunScope.TryRender(fail.Message, workflow, state, out var rendered, out var broken)
            ? Value.From(rendered).ToDisplayText()
            : broken.ToFailure().Message;
        FailRun(new Failure(FailureClass.Permanent, fail.Code, message, Cause: state.Error?.WithoutDeepCauses()));
        return null;
    }

    private string? Left(State definition, Payload output)
    {
        var scope = RunScope.Of(workflow, state) with { Output = output };
        if (!Rendering.TrySave(definition.Save, scope, state, out var saved, out var context, out var failure))
        {
            return Failed(definition, failure);
        }

        var target = Rendering.Choose(definition, scope with { Context = context }, out failure);
        if (target is null)
        {
            return Failed(definition, failure!);
        }

        Add(new RunEvent.StateLeft(definition.Name, state.Visit, saved));
        return target;
    }

    private string? Failed(State definition, Failure failure)
    {
        var placed = (failure with { Origin = failure.Origin ?? OriginAt(0) with { State = definition.Name } })
            .WithoutDeepCauses();
        foreach (var (on, to, save) in definition.Catch)
        {
            if (!on.Any(placed.Matches))
            {
                continue;
            }

            var scope = RunScope.Of(workflow, state) with { Error = RunScope.Describe(placed) };
            if (!Rendering.TrySave(save, scope, state, out var saved, out _, out var broken))
            {
                FailRun(broken with { Cause = placed });
                return null;
            }

            Add(new RunEvent.StateLeft(definition.Name, state.Visit, saved, placed));
            return to;
        }

        FailRun(placed);
        return null;
    }

    private FailureOrigin OriginAt(int attempt) => new(state.Origin!.Run, state.State, state.Visit, attempt);
}
