using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Failures;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Gateway.Requests;

/// <summary>Why a request is not done, before it is a document.</summary>
internal sealed record Refusal(int Status, string Code, string Detail)
{
    /// <summary>Where in the request it is.</summary>
    public string? Place { get; init; }

    /// <summary>What would have been right.</summary>
    public string? Expected { get; init; }

    /// <summary>What was probably meant.</summary>
    public string? Suggestion { get; init; }

    /// <summary>In how many seconds the same request may be answered otherwise.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>All that is wrong with definitions.</summary>
    public ImmutableArray<DiagnosticLine>? Diagnostics { get; init; }

    /// <summary>A refusal with one of the codes that are known here or in the engine.</summary>
    public static Refusal Of(string code, string detail) => new(StatusOf(code), code, detail)
    {
        RetryAfterSeconds = code is "access.too_many_requests" or "followers.too_many" or "gateway.stopping" ? 1 : null,
    };

    /// <summary>The refusal that a failure of the engine is.</summary>
    public static Refusal Of(Failure failure) => Of(failure.Code, failure.Message);

    /// <summary>The refusal of a run that is not there, or is another tenant's: which of both is nobody's business.</summary>
    public static Refusal NoSuchRun(string run) => Of("run.unknown", $"There is no run named '{run}'.");

    /// <summary>What a store that does not do what it is asked means to a caller.</summary>
    public static Refusal Of(StoreException problem) => problem.IsTransient
        ? new Refusal(StatusCodes.Status503ServiceUnavailable, problem.Code, problem.Message) { RetryAfterSeconds = 1 }
        : new Refusal(StatusCodes.Status500InternalServerError, problem.Code, problem.Message);

    /// <summary>What a run that cannot be read means to a caller.</summary>
    public static Refusal Of(HistoryException damage) => new(
        damage.Code == "history.pruned" ? StatusCodes.Status410Gone : StatusCodes.Status500InternalServerError,
        damage.Code,
        damage.Message);

    /// <summary>The document of it.</summary>
    public Problem ToProblem(HttpContext context) => new(
        $"urn:orleans-agents:problem:{Code}",
        TitleOf(Status),
        Status,
        Code,
        Detail,
        context.Request.Path.Value,
        Correlation.Of(context),
        Place,
        Expected,
        Suggestion,
        Diagnostics);

    private static int StatusOf(string code) => code switch
    {
        "access.admin_required" or "access.key_required" => StatusCodes.Status401Unauthorized,
        "access.undeclared" or "access.closed" => StatusCodes.Status403Forbidden,
        "run.unknown" or "workflow.unknown" or "activity.unknown" or "definition.unknown" or "path.unknown"
            => StatusCodes.Status404NotFound,
        "request.timed_out" => StatusCodes.Status504GatewayTimeout,
        "run.key_conflict" or "run.over" or "activity.not_undecided" or FailureCode.SignalsFull => StatusCodes.Status409Conflict,
        "request.too_large" or FailureCode.PayloadTooLarge => StatusCodes.Status413PayloadTooLarge,
        "request.media_type" => StatusCodes.Status415UnsupportedMediaType,
        FailureCode.InputInvalid or FailureCode.OutputInvalid or "definition.invalid" or "run.name_invalid"
            or FailureCode.OutputUnusable or "run.fork_boundary" or FailureCode.SignalUnknown or FailureCode.SignalInvalid
            => StatusCodes.Status422UnprocessableEntity,
        "access.too_many_requests" => StatusCodes.Status429TooManyRequests,
        "gateway.fault" => StatusCodes.Status500InternalServerError,
        "followers.too_many" or "gateway.stopping" => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status400BadRequest,
    };

    private static string TitleOf(int status) => status switch
    {
        400 => "The request makes no sense",
        401 => "Who asks is not known",
        403 => "Nobody may do this",
        404 => "There is no such thing",
        405 => "It cannot be asked like this",
        408 or 504 => "It took too long",
        409 => "It contradicts what is there",
        410 => "It is gone",
        413 => "It is too large",
        415 => "It is not JSON",
        422 => "It is not what is expected",
        429 => "Too much is asked at once",
        503 => "Not now",
        _ => "The gateway cannot answer",
    };
}

/// <summary>A request is refused where no answer can be returned.</summary>
internal sealed class RefusedException(Refusal refusal) : AgentsException(refusal.Code, refusal.Detail)
{
    public Refusal Refusal { get; } = refusal;
}
