using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Agents.Gateway.Access;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Gateway.Requests;

/// <summary>What every request of the API goes through: it is named, let pass or refused, bounded, recorded, and always answered.</summary>
internal sealed class Pipeline(
    Guard guard, AuditTrail audit, IOptions<GatewayOptions> options, TimeProvider time, ILogger<Pipeline> logger)
{
    // Nobody sees it: whoever asked is gone.
    private const int CallerGone = 499;

    /// <summary>Answers a request.</summary>
    public async Task RunAsync(HttpContext context, RequestDelegate handler)
    {
        Correlation.Begin(context, time);
        using var span = RequestSpan.Begin(context);
        var permission = context.GetEndpoint()?.Metadata.GetMetadata<PermissionMetadata>()?.Permission;
        var refusal = guard.Check(context, permission, out var caller);
        context.Features.Set(caller);
        var record = RecordOnce(context, caller);
        context.Response.OnStarting(() =>
        {
            record();
            return Task.CompletedTask;
        });
        if (refusal is null)
        {
            refusal = await TryAsync(context, handler);
        }

        if (refusal is not null)
        {
            await Answers.WriteAsync(context, refusal);
        }

        record();
        span?.Answered(context);
    }

    private async Task<Refusal?> TryAsync(HttpContext context, RequestDelegate handler)
    {
        var gone = context.RequestAborted;
        using var timeout = new CancellationTokenSource(
            context.GetEndpoint()!.Metadata.GetMetadata<StreamMetadata>() is null
                ? options.Value.RequestTimeout
                : Timeout.InfiniteTimeSpan,
            time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(gone, timeout.Token);
        context.RequestAborted = either.Token;
        try
        {
            LimitBody(context);
            await handler(context);
            return context.Response is { HasStarted: false, StatusCode: StatusCodes.Status400BadRequest }
                ? Refusal.Of("request.invalid", $"A parameter is not of its type: {context.Request.QueryString}")
                : null;
        }
        catch (Exception problem)
        {
            return RefusalOf(context, problem, isGone: gone.IsCancellationRequested);
        }
        finally
        {
            context.RequestAborted = gone;
        }
    }

    private Refusal? RefusalOf(HttpContext context, Exception problem, bool isGone)
    {
        switch (problem)
        {
            // What the connection says comes before what the token says of it.
            case ConnectionResetException or ConnectionAbortedException:
            case OperationCanceledException or IOException when isGone:
                logger.CallerGone(context.Request.Path);
                context.Response.StatusCode = context.Response.HasStarted ? context.Response.StatusCode : CallerGone;
                return null;
            case OperationCanceledException:
                return Refusal.Of("request.timed_out", $"The request took longer than {options.Value.RequestTimeout}; it may have been done all the same.");
            case RefusedException refused:
                return refused.Refusal;
            case StoreException store:
                logger.StoreRefused(context.Request.Path, store.Code, store);
                return Refusal.Of(store);
            case HistoryException damage:
                logger.StoreRefused(context.Request.Path, damage.Code, damage);
                return Refusal.Of(damage);
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return RequestBody.TooLarge(options.Value.MaxBodyBytes);
            case BadHttpRequestException bad:
                return new Refusal(
                    bad.StatusCode, bad.StatusCode == StatusCodes.Status408RequestTimeout ? "request.too_slow" : "request.invalid", bad.Message);
            default:
                logger.RequestBroken(context.Request.Method, context.Request.Path, Correlation.Of(context), problem);
                return Refusal.Of("gateway.fault", "The gateway met a fault of its own; its log says more under the correlation id.");
        }
    }

    private void LimitBody(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = options.Value.MaxBodyBytes;
        }

        if (context.Request.ContentLength > options.Value.MaxBodyBytes)
        {
            throw new RefusedException(RequestBody.TooLarge(options.Value.MaxBodyBytes));
        }
    }

    // Whoever has an answer finds it in the trail; whoever went away without one leaves a record too.
    private Action RecordOnce(HttpContext context, Caller caller)
    {
        var isDue = !HttpMethods.IsGet(context.Request.Method);
        return () =>
        {
            if (isDue)
            {
                isDue = false;
                Record(context, caller);
            }
        };
    }

    private void Record(HttpContext context, Caller caller) => audit.Write(new AuditRecord(
        time.GetUtcNow(),
        context.Request.Method,
        context.Request.Path,
        context.Response.StatusCode,
        Correlation.Of(context),
        context.Features.Get<Refusal>()?.Code,
        caller.Tenant,
        caller.IsAdmin,
        context.Connection.RemoteIpAddress?.ToString()));
}

/// <summary>What an endpoint says about access.</summary>
internal sealed record PermissionMetadata(Permission Permission);

/// <summary>An endpoint whose answer takes as long as its caller likes.</summary>
internal sealed record StreamMetadata;
