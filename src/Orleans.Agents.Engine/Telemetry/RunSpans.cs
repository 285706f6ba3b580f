using System.Collections.Immutable;
using System.Diagnostics;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Telemetry;

/// <summary>
/// The spans of one run while one process carries it: one of all that time, and in it one of each visit. They follow what is
/// durable, and decide nothing.
/// </summary>
internal sealed class RunSpans
{
    private readonly Lock gate = new();
    private readonly Activity? run;
    private Activity? visit;
    private bool isOver;

    private RunSpans(Activity? run) => this.run = run;

    /// <summary>The span that what is done now for the run belongs to; null when somebody decided that its trace is not kept.</summary>
    public Activity? Current => Volatile.Read(ref visit) ?? run;

    /// <summary>Begins with a run as it stands.</summary>
    /// <param name="state">That.</param>
    /// <param name="epoch">The epoch it is carried under.</param>
    /// <param name="isResumed">Whether it was begun before.</param>
    public static RunSpans Begin(RunState state, Epoch epoch, bool isResumed)
    {
        var origin = state.Origin!;
        var span = Spans.BeginApart($"{SpanNames.Run} {origin.Workflow}", TraceContext.Of(origin))?.OfRun(state);
        span?.SetTag(SpanTags.Operation, SpanNames.Run);
        span?.SetTag(SpanTags.Hash, origin.Hash);
        span?.SetTag(SpanTags.Epoch, epoch.Value);
        span?.SetTag(SpanTags.Resumed, isResumed);
        if (origin.Parent is { } parent)
        {
            span?.SetTag(SpanTags.Parent, parent.Run);
        }

        var spans = new RunSpans(span);
        if (state.State.Length > 0)
        {
            spans.Enter(state, state.State, state.Visit, state.Visits.GetValueOrDefault(state.State));
        }

        return spans;
    }

    /// <summary>Follows some facts that are durable.</summary>
    /// <param name="happened">The facts.</param>
    /// <param name="after">The run's state after them.</param>
    public void Follow(ImmutableArray<RunEvent> happened, RunState after)
    {
        foreach (var e in happened)
        {
            switch (e)
            {
                case RunEvent.StateEntered entered:
                    Enter(after, entered.State, entered.Visit, entered.Cycle);
                    break;
                case RunEvent.StateLeft left:
                    if (left.Failure is { } failure)
                    {
                        visit?.Failed(failure);
                    }

                    visit?.SetTag(SpanTags.Transition, NextOf(happened, left.Visit));
                    Leave();
                    break;
            }
        }
    }

    /// <summary>Ends with what became of the run here; after that nothing is followed.</summary>
    public void End(string status, Failures.Failure? failure)
    {
        lock (gate)
        {
            isOver = true;
        }

        Leave();
        if (run is { IsStopped: false })
        {
            run.SetTag(SpanTags.Status, status);
            if (failure is not null)
            {
                run.Failed(failure);
            }

            Spans.EndApart(run);
        }
    }

    private static string? NextOf(ImmutableArray<RunEvent> happened, int visit)
    {
        foreach (var e in happened)
        {
            if (e is RunEvent.StateEntered entered && entered.Visit > visit)
            {
                return entered.State;
            }
        }

        return null;
    }

    private void Enter(RunState state, string name, int number, int cycle)
    {
        Leave();
        lock (gate)
        {
            if (run is null || isOver)
            {
                return;
            }

            visit = Spans.BeginApart($"{SpanNames.State} {name}", run.Context)?.OfRun(state);
            visit?.SetTag(SpanTags.Hops, number);
            visit?.SetTag(SpanTags.State, name);
            visit?.SetTag(SpanTags.Cycle, cycle);
        }
    }

    private void Leave()
    {
        lock (gate)
        {
            if (visit is { } left)
            {
                visit = null;
                Spans.EndApart(left);
            }
        }
    }
}
