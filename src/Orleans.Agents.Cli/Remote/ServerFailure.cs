using System.Net;
using System.Text.Json;
using Orleans.Agents.Client;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Failures;

namespace Orleans.Agents.Cli.Remote;

/// <summary>What a gateway that refuses, or does not answer, means to whoever typed a command.</summary>
internal static class ServerFailure
{
    /// <summary>The failure that an exception of the client is; null when it is none of the gateway's.</summary>
    public static CommandException? Of(Exception exception, ServerChoice choice) => exception switch
    {
        AgentsApiException { Problem: { Status: >= 500 } problem } => new CommandException(
            ExitCode.Infrastructure, problem.Code, $"{choice.Name} cannot answer: {problem.Detail}", exception)
        {
            Kind = problem.Status is 503 or 504 ? FailureClass.Transient : FailureClass.Permanent,
        },
        AgentsApiException { Problem: { } problem } =>
            new CommandException(ExitCodeOf(problem), problem.Code, TextOf(problem, choice), exception),
        HttpRequestException { StatusCode: { } status } when status is not (HttpStatusCode.BadGateway
            or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout) => NoGateway(choice, exception),
        JsonException => NoGateway(choice, exception),
        HttpRequestException or IOException or TaskCanceledException { InnerException: TimeoutException } => new CommandException(
            ExitCode.Infrastructure,
            "server.unavailable",
            $"{choice.Name} does not answer, asked {ServerSession.Attempts} times: {exception.Message}",
            exception)
        {
            Kind = FailureClass.Transient,
        },
        _ => null,
    };

    private static CommandException NoGateway(ServerChoice choice, Exception exception) => new(
        ExitCode.Infrastructure,
        "server.no_gateway",
        $"What answers at {choice.Name} is no gateway of this version: {exception.Message}",
        exception);

    private static int ExitCodeOf(Problem problem) => problem.Status switch
    {
        401 or 403 or 409 or 429 => ExitCode.Refused,
        410 => ExitCode.Infrastructure,
        _ => ExitCode.Usage,
    };

    private static string TextOf(Problem problem, ServerChoice choice)
    {
        var place = problem.Place is { } where ? $" At {where}." : "";
        var expected = problem.Expected is { } right ? $" Expected: {right}." : "";
        var meant = problem.Suggestion is { } near ? $" Did you mean '{near}'?" : "";
        return $"{problem.Detail}{place}{expected}{meant}{WayIn(problem.Code, choice)}";
    }

    // The gateway names headers, and a person types options.
    private static string WayIn(string code, ServerChoice choice) => code switch
    {
        "access.key_required" when choice.ApiKey is { } given => $" It does not know the key that {given} says.",
        "access.key_required" => " Give it with --api-key or AGENTS_API_KEY.",
        "access.admin_required" when choice.AdminToken is { } given => $" The token that {given} says is another one.",
        "access.admin_required" => " Give it with --admin-token or AGENTS_ADMIN_TOKEN.",
        _ => "",
    };
}
