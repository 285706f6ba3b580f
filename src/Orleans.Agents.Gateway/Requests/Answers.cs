using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Orleans.Agents.Client.Contracts;

namespace Orleans.Agents.Gateway.Requests;

/// <summary>Answers as they go out.</summary>
internal static class Answers
{
    public const string ProblemType = "application/problem+json";

    /// <summary>A document.</summary>
    public static IResult Json<T>(T document, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK) =>
        TypedResults.Json(document, type, statusCode: status);

    /// <summary>A refusal as an answer.</summary>
    public static IResult Problem(Refusal refusal) => new RefusalResult(refusal);

    /// <summary>Writes a refusal, unless something has been written already.</summary>
    public static async Task WriteAsync(HttpContext context, Refusal refusal)
    {
        var response = context.Response;
        if (response.HasStarted)
        {
            context.Abort();
            return;
        }

        var headers = response.Headers.Where(h => h.Key.StartsWith("x-", StringComparison.OrdinalIgnoreCase)).ToList();
        response.Clear();
        headers.ForEach(header => response.Headers[header.Key] = header.Value);
        context.Features.Set(refusal);
        response.StatusCode = refusal.Status;
        if (refusal.RetryAfterSeconds is { } pause)
        {
            response.Headers.RetryAfter = pause.ToString(CultureInfo.InvariantCulture);
        }

        if (refusal.Status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        await response.WriteAsJsonAsync(
            refusal.ToProblem(context), HttpJson.Default.Problem, ProblemType, CancellationToken.None);
    }

    private sealed class RefusalResult(Refusal refusal) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => WriteAsync(httpContext, refusal);
    }
}
