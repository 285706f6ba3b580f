using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orleans.Agents.Gateway.Access;
using Orleans.Agents.Telemetry;

namespace Orleans.Agents.Gateway.Requests;

/// <summary>A request to the API as a span, below that of its caller. Nothing is made while nobody listens.</summary>
internal static class RequestSpan
{
    private static readonly ActivitySource Source = new(SpanNames.GatewaySource);

    /// <summary>Begins; until it ends it is the current one, so that what is started is below it.</summary>
    public static Activity? Begin(HttpContext context)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var parent = ParentOf(context);
        if (parent == default)
        {
            Activity.Current = null; // what the server made for its logs is no span
        }

        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        var span = Source.StartActivity($"{context.Request.Method} {route}", ActivityKind.Server, parent);
        span?.SetTag(SpanTags.HttpMethod, context.Request.Method);
        span?.SetTag(SpanTags.HttpRoute, route);
        span?.SetTag(SpanTags.HttpPath, context.Request.Path.Value);
        span?.SetTag(SpanTags.Correlation, Correlation.Of(context).ToString());
        if (context.Request.RouteValues.GetValueOrDefault("run") is string run)
        {
            span?.SetTag(SpanTags.Run, run);
        }

        return span;
    }

    /// <summary>Says what was answered.</summary>
    public static void Answered(this Activity span, HttpContext context)
    {
        var status = context.Response.StatusCode;
        span.SetTag(SpanTags.HttpStatus, status);
        span.SetTag(SpanTags.Tenant, context.Features.Get<Caller>()?.Tenant);
        span.SetTag(SpanTags.Error, context.Features.Get<Refusal>()?.Code);
        if (status >= StatusCodes.Status500InternalServerError)
        {
            span.SetStatus(ActivityStatusCode.Error);
        }
    }

    private static ActivityContext ParentOf(HttpContext context) =>
        Activity.Current is { Source.Name.Length: > 0 } server ? server.Context
        : ActivityContext.TryParse(TraceHeader.Of(context), null, isRemote: true, out var caller) ? caller
        : default;
}
