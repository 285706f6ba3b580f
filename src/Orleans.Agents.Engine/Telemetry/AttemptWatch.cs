using System.Diagnostics;
using Orleans.Agents.Activities;
using Orleans.Agents.Runs;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Telemetry;

/// <summary>One attempt at an activity as it is seen from outside: a span, and how long it took.</summary>
internal readonly struct AttemptWatch
{
    private const string AgentKind = "agent";
    private const string ToolKind = "tool";

    private readonly LaneItem item;
    private readonly long began;
    private readonly Activity? span;

    private AttemptWatch(LaneItem item, Activity? span)
    {
        this.item = item;
        this.span = span;
        began = Stopwatch.GetTimestamp();
    }

    /// <summary>Whether anybody wants to know of attempts.</summary>
    public static bool IsWanted => Spans.AreWanted || Instruments.AttemptDuration.Enabled || Instruments.TokenUsage.Enabled;

    /// <summary>Begins; the span is the current one of who called, so that what is called within belongs to it.</summary>
    public static AttemptWatch Begin(LaneItem item) =>
        new(item, Spans.AreWanted ? BeginSpan(item) : null);

    /// <summary>Ends with what became of the attempt.</summary>
    public void End(ActivityOutcome outcome)
    {
        var failure = outcome switch
        {
            ActivityOutcome.Failed failed => failed.Failure,
            ActivityOutcome.Lost lost => lost.Cause,
            _ => null,
        };
        var usage = outcome switch
        {
            ActivityOutcome.Succeeded succeeded => succeeded.Usage,
            ActivityOutcome.Failed failed => failed.Usage,
            _ => null,
        };
        var tags = new TagList
        {
            { SpanTags.Workflow, item.Workflow.Name },
            { SpanTags.Kind, KindOf(item) },
            { item.Asked is State.AgentCall ? SpanTags.Agent : SpanTags.Tool, NameOf(item) },
            { SpanTags.Outcome, NameOf(outcome) },
        };
        if (failure is not null)
        {
            tags.Add(SpanTags.Error, failure.Code);
            tags.Add(SpanTags.FailureClass, Spans.NameOf(failure.Class));
        }

        Instruments.AttemptDuration.Record(Stopwatch.GetElapsedTime(began).TotalSeconds, tags);
        Count(usage);
        if (span is null)
        {
            return;
        }

        span.SetTag(SpanTags.Outcome, NameOf(outcome));
        span.SetTag(SpanTags.ResponseModel, usage?.Model);
        span.SetTag(SpanTags.InputTokens, usage?.InputTokens);
        span.SetTag(SpanTags.OutputTokens, usage?.OutputTokens);
        span.SetTag(SpanTags.Cost, usage?.MicroUsd);
        if (failure is not null)
        {
            span.Failed(failure);
        }

        span.Dispose();
    }

    private static Activity? BeginSpan(LaneItem item)
    {
        var name = item.Asked is State.AgentCall ? SpanNames.Agent : SpanNames.Tool;
        var parent = item.Host.Span is var span && span != default ? span : TraceContext.Of(item.State.Origin!);
        var begun = Spans.Begin($"{name} {NameOf(item)}", parent)?.OfRun(item.State);
        begun?.SetTag(SpanTags.Operation, name);
        begun?.SetTag(item.Asked is State.AgentCall ? SpanTags.Agent : SpanTags.Tool, NameOf(item));
        begun?.SetTag(SpanTags.State, item.Attempt.State);
        begun?.SetTag(SpanTags.Activity, item.Key.ToString());
        begun?.SetTag(SpanTags.Branch, item.Attempt.Activity.Branch);
        begun?.SetTag(SpanTags.Attempt, item.Attempt.Number);
        if (item.IsReconciliation)
        {
            begun?.SetTag(SpanTags.Reconciliation, true);
        }

        return begun;
    }

    private void Count(Usage? usage)
    {
        if (usage?.InputTokens is { } read)
        {
            Instruments.TokenUsage.Record(read, TagsOf(usage, "input"));
        }

        if (usage?.OutputTokens is { } written)
        {
            Instruments.TokenUsage.Record(written, TagsOf(usage, "output"));
        }

        if (usage?.MicroUsd is { } cost)
        {
            Instruments.ModelCost.Add(cost, new TagList
            {
                { SpanTags.Workflow, item.Workflow.Name }, { SpanTags.Agent, NameOf(item) }, { SpanTags.ResponseModel, usage.Model },
            });
        }
    }

    private TagList TagsOf(Usage usage, string type) => new()
    {
        { SpanTags.Agent, NameOf(item) }, { SpanTags.ResponseModel, usage.Model }, { SpanTags.TokenType, type },
    };

    private static string KindOf(LaneItem item) => item.Asked is State.AgentCall ? AgentKind : ToolKind;

    private static string NameOf(LaneItem item) => item.Asked switch
    {
        State.AgentCall call => call.Agent,
        State.ToolCall call => call.Tool,
        var other => throw new UnreachableException(other.GetType().Name),
    };

    private static string NameOf(ActivityOutcome outcome) => outcome switch
    {
        ActivityOutcome.Succeeded => "succeeded",
        ActivityOutcome.Failed => "failed",
        ActivityOutcome.Lost => "lost",
        ActivityOutcome.Reconciled => "reconciled",
        ActivityOutcome.Refused => "refused",
        ActivityOutcome.Stopped => "stopped",
        _ => throw new UnreachableException(outcome.GetType().Name),
    };
}
