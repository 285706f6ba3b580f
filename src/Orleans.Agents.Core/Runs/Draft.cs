using System.Collections.Immutable;
using Orleans.Agents.Budgets;
using Orleans.Agents.Expressions;
using Orleans.Agents.Failures;
using Orleans.Agents.Messages;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>
/// One decision in the making: the facts so far and the state they lead to. It moves the run from state to state until it
/// has to wait for somebody or is over.
/// </summary>
internal sealed class Draft(Workflow workflow, RunState before, DateTimeOffset at)
{
    // A result, the end of its state, the beginning of the next.
    private const int UsualEvents = 3;

    private readonly ImmutableArray<RunEvent>.Builder events = ImmutableArray.CreateBuilder<RunEvent>(UsualEvents);
    private readonly RunState first = before;
    private ImmutableArray<ChildStart>.Builder? children;
    private ImmutableArray<SentMessage>.Builder? sent;
    private RunState state = before;

    /// <summary>The state that the facts so far lead to.</summary>
    public RunState Current => state;

    public Decision.Accepted Accept()
    {
        if (SizeLimits.TooLong(state) is { } tooLong)
        {
            FailRun(tooLong); // no catch is asked: what it leads to would be more to remember
        }

        return new(at, events.DrainToImmutable(), state)
        {
            Children = children?.DrainToImmutable() ?? [],
            Abandoned = ChildRules.Abandoned(first, state),
            Sent = sent?.DrainToImmutable() ?? [],
        };
    }

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
            start.Epoch == default ? null : start.Epoch.Value,
            start.Parent,
            Traceparent: start.Traceparent);
        var depth = start.DepthLeft < workflow.Budget.Depth ? start.DepthLeft : workflow.Budget.Depth ?? start.DepthLeft;
        var bounds = RunBudget.BoundsOf(workflow, start, depth, at);
        var scope = new Scope { Input = start.Input, Env = start.Env ?? Payload.Null };
        var isRendered = Rendering.TrySave(
            workflow.Context, scope, RunState.Initial, out _, out var context, out var failure, start.Sizes);
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

    /// <summary>A run begins that nobody waits for, and the present state did what it is for.</summary>
    public void Launch(ChildStart child, RunEvent.RunLaunched launched)
    {
        StartChild(child, launched);
        Leave(Payload.Parse($"{{\"run\":\"{child.Run}\"}}"));
    }

    /// <summary>An agent of another run is told something.</summary>
    public void Send(SentMessage message)
    {
        Add(new RunEvent.MessageSent(message.Message, message.Run.Value));
        (sent ??= ImmutableArray.CreateBuilder<SentMessage>(1)).Add(message);
    }

    /// <summary>Another run begins.</summary>
    public void StartChild(ChildStart child, RunEvent started)
    {
        Add(started);
        (children ??= ImmutableArray.CreateBuilder<ChildStart>(1)).Add(child);
    }

    /// <summary>An attempt produced an output.</summary>
    public void Succeed(RunCommand.ReportSuccess report)
    {
        Add(new RunEvent.ActivitySucceeded(
            report.Visit, report.Branch, report.Attempt, report.Output, report.Usage, report.Spent, report.Waited));
        if (state.FanOut is null)
        {
            Leave(report.Output);
        }
        else
        {
            Follow(FanOutRules.Advance(this, workflow, workflow.States[state.State]));
        }
    }

    /// <summary>An attempt did not produce an output.</summary>
    public void Fail(RunCommand.ReportFailure report)
    {
        Add(new RunEvent.ActivityFailed(
            report.Visit, report.Branch, report.Attempt, report.Failure, report.Usage, report.Spent, report.Waited));
        RetryOrFail(report);
    }

    /// <summary>The present state did what it is for.</summary>
    public void Leave(Payload output) => Follow(Left(workflow.States[state.State], output));

    /// <summary>An attempt failed: the rule of the present state says whether there is another.</summary>
    private void RetryOrFail(RunCommand.ReportFailure report)
    {
        var failure = RunBudget.Explain(state, report.Failure) with { Origin = OriginAt(report.Attempt, report.Branch) };
        var retry = workflow.States[state.State].ActivityOf(report.Branch).Retry;
        if (!retry.Allows(failure, report.Attempt))
        {
            GiveUp(report.Branch, failure);
            return;
        }

        var activity = new ActivityId(new RunId(state.Origin!.Run), report.Visit, report.Branch);
        var pause = retry.PauseAfter(failure, report.Attempt, Chance.Of(activity, report.Attempt));
        TryAgain(report with { Failure = failure }, pause);
    }

    /// <summary>Schedules the next attempt, if the budget has one more.</summary>
    public void TryAgain(RunCommand.ReportFailure report, TimeSpan pause)
    {
        var again = new RunEvent.RetryScheduled(
            report.Visit, report.Branch, report.Attempt + 1, RunTime.Truncate(at + pause));
        var isRendered = RunScope.TryRenderInput(
            workflow, Run.Evolve(state, again, at), report.Branch, out var input, out var broken);
        again = again with { Reserved = isRendered ? Estimate.Of(workflow, state, report.Branch, input) : null };
        if ((RunBudget.Spent(state) ?? RunBudget.Objection(state, again.Reserved)) is { } spent)
        {
            var origin = OriginAt(report.Attempt, report.Branch);
            Follow(Failed(workflow.States[state.State], spent with { Cause = report.Failure, Origin = origin }));
            return;
        }

        Add(again);
        if (!isRendered)
        {
            GiveUp(report.Branch, broken!.ToFailure());
        }
    }

    /// <summary>The present state did not do in time what it is for.</summary>
    public void FailState(Failure failure) => Follow(Failed(workflow.States[state.State], failure));

    // No further attempt: that is a failure of the state, or of one of its branches.
    private void GiveUp(int branch, Failure failure)
    {
        var definition = workflow.States[state.State];
        Follow(state.FanOut is null ? Failed(definition, failure)
            : FanOutRules.FailBranch(this, definition, branch, failure) is { } failed ? Failed(definition, failed)
            : FanOutRules.Advance(this, workflow, definition));
    }

    /// <summary>The run fails; what becomes of calls that must not be made twice and of children is waited for first.</summary>
    public void FailRun(Failure failure)
    {
        var placed = failure with { Origin = failure.Origin ?? OriginAt(0) };
        Add(CallEvolution.HoldsTheEnd(state)
            ? new RunEvent.Closing(Failure: placed)
            : new RunEvent.Failed(placed));
    }

    /// <summary>The run ends well; what becomes of calls that must not be made twice and of children is waited for first.</summary>
    public void SucceedRun(Payload output) => Add(CallEvolution.HoldsTheEnd(state)
        ? new RunEvent.Closing(output.IsNull ? null : output)
        : new RunEvent.Succeeded(output));

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

        return StateEntry.Enter(
            this,
            workflow,
            definition,
            new RunEvent.StateEntered(definition.Name, state.Visit + 1, cycle, definition.MaxVisits),
            at);
    }

    /// <summary>The state is done: where the run goes, after what it saves.</summary>
    public string? Left(State definition, Payload output)
    {
        var scope = RunScope.WithOutput(workflow, state, output);
        if (!Rendering.TrySave(definition.Save, scope, state, out var saved, out var context, out var failure))
        {
            return Failed(definition, failure);
        }

        var target = Rendering.Choose(definition, scope, context, out failure);
        if (target is null)
        {
            return Failed(definition, failure!);
        }

        Add(new RunEvent.StateLeft(definition.Name, state.Visit, saved));
        return target;
    }

    /// <summary>The state has failed: where the run goes; null when it fails with it.</summary>
    public string? Failed(State definition, Failure failure)
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

        // Once: what the state of last resort does may be too much as well.
        if (placed.Class is FailureClass.Budget && workflow.Budget.Exceeded is { } resort && !state.Visits.ContainsKey(resort))
        {
            Add(new RunEvent.StateLeft(definition.Name, state.Visit, Failure: placed));
            return resort;
        }

        FailRun(placed);
        return null;
    }

    /// <summary>Where the run is.</summary>
    public FailureOrigin OriginAt(int attempt, int? branch = null)
    {
        var name = state.FanOut is not null && branch is { } number
            ? FanOutRules.NameOf(workflow.States[state.State], state, number)
            : null;
        return new FailureOrigin(state.Origin!.Run, state.State, state.Visit, attempt, name);
    }
}
