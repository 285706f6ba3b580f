using System.Text.Json;
using Orleans.Agents.Failures;
using Orleans.Agents.Values;

namespace Orleans.Agents.Cli.Documents;

/// <summary>The payload when there is no output to print.</summary>
/// <param name="Failure">Why.</param>
/// <param name="Run">The run it is about, if there is one.</param>
internal sealed record FailedDocument(FailureDocument Failure, string? Run = null);

/// <summary>A failure as the command line prints it.</summary>
internal sealed record FailureDocument(
    string Class,
    string Code,
    string Message,
    string? State = null,
    int? Visit = null,
    int? Attempt = null,
    double? RetryAfterSeconds = null,
    JsonElement? Details = null,
    FailureDocument? Cause = null)
{
    /// <summary>The document of a run's failure, with its causes.</summary>
    public static FailureDocument Of(Failure failure) => new(
        Failure.ClassName(failure.Class),
        failure.Code,
        failure.Message,
        failure.Origin?.State,
        failure.Origin?.Visit,
        failure.Origin?.Attempt,
        failure.RetryAfter?.TotalSeconds,
        failure.Details is { } details ? Json.ElementOf(details) : null,
        failure.Cause is null ? null : Of(failure.Cause));

    /// <summary>The document of a failure that no run had.</summary>
    public static FailureDocument Of(FailureClass kind, string code, string message) =>
        new(Failure.ClassName(kind), code, message);
}

/// <summary>Payloads as parts of documents.</summary>
internal static class Json
{
    /// <summary>The value as an element that lives as long as anybody holds it.</summary>
    public static JsonElement ElementOf(Payload payload) => JsonElement.Parse(
        payload.Utf8.Span, new JsonDocumentOptions { MaxDepth = Payload.MaxDepth });

    /// <summary>The same of a whole event, around whose payloads facts and causes nest.</summary>
    public static JsonElement ElementOfFact(Payload payload) =>
        JsonElement.Parse(payload.Utf8.Span, new JsonDocumentOptions { MaxDepth = 256 });
}
