using System.Diagnostics;
using Orleans.Agents.Models;

namespace Orleans.Agents.Telemetry;

/// <summary>One request to a model as it is seen from outside: a span in that of its attempt, and how long it took.</summary>
internal sealed class ChatWatch : IDisposable
{
    private readonly AgentRequest request;
    private readonly Activity? span;
    private readonly long began = Stopwatch.GetTimestamp();
    private string? error = "cancelled"; // unless it answers

    /// <summary>Begins; the span is the current one of who called.</summary>
    public ChatWatch(AgentRequest request)
    {
        this.request = request;
        var attempt = Activity.Current;
        span = Spans.AreWanted ? Spans.BeginWithin($"{SpanNames.Chat} {request.Agent.Model}", ActivityKind.Client) : null;
        span?.SetTag(SpanTags.Operation, SpanNames.Chat);
        span?.SetTag(SpanTags.Run, request.Activity.Run.Value);
        span?.SetTag(SpanTags.Correlation, attempt?.GetTagItem(SpanTags.Correlation));
        span?.SetTag(SpanTags.Hops, request.Activity.Visit);
        span?.SetTag(SpanTags.Agent, request.Agent.Name);
        span?.SetTag(SpanTags.RequestModel, request.Agent.Model);
    }

    /// <summary>Whether anybody wants to know of requests to models.</summary>
    public static bool IsWanted => Spans.AreWanted || Instruments.ChatDuration.Enabled;

    /// <summary>Says what the model answered.</summary>
    public AgentResult Answered(AgentResult result)
    {
        error = result.Failure?.Code;
        span?.SetTag(SpanTags.ResponseModel, result.ProviderData.Model);
        span?.SetTag(SpanTags.ResponseId, result.ProviderData.RequestId);
        span?.SetTag(SpanTags.FinishReasons, Spans.NameOf(result.FinishReason));
        span?.SetTag(SpanTags.InputTokens, result.Usage?.Input);
        span?.SetTag(SpanTags.OutputTokens, result.Usage?.Output);
        span?.SetTag(SpanTags.Cost, result.CostMicroUsd);
        if (result.Failure is { } failure)
        {
            span?.Failed(failure);
        }

        return result;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var tags = new TagList
        {
            { SpanTags.Operation, SpanNames.Chat },
            { SpanTags.Agent, request.Agent.Name },
            { SpanTags.RequestModel, request.Agent.Model },
        };
        if (error is not null)
        {
            tags.Add(SpanTags.Error, error);
            span?.SetTag(SpanTags.Error, error);
        }

        Instruments.ChatDuration.Record(Stopwatch.GetElapsedTime(began).TotalSeconds, tags);
        span?.Dispose();
    }
}
