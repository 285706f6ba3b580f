using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Gateway.Access;
using Orleans.Agents.Gateway.Requests;

namespace Orleans.Agents.Gateway.Endpoints;

/// <summary>What an endpoint says about itself.</summary>
internal static class EndpointDescriptions
{
    /// <summary>Any type of content.</summary>
    public const string Anything = "*/*";

    private static readonly int[] Usual =
    [
        StatusCodes.Status400BadRequest,
        StatusCodes.Status401Unauthorized,
        StatusCodes.Status429TooManyRequests,
        StatusCodes.Status503ServiceUnavailable,
    ];

    /// <summary>Names an endpoint, says who may ask, and which problems it may answer with.</summary>
    public static RouteHandlerBuilder Says(
        this RouteHandlerBuilder endpoint, string name, Permission permission, string summary, params int[] problems)
    {
        endpoint.WithName(name).WithSummary(summary).WithMetadata(new PermissionMetadata(permission));
        if (permission is not Permission.Read)
        {
            problems = [StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType, .. problems];
        }

        if (permission is Permission.Operate)
        {
            problems = [StatusCodes.Status403Forbidden, .. problems];
        }

        foreach (var status in Usual.Union(problems).Order())
        {
            endpoint.Produces<Problem>(status, Answers.ProblemType);
        }

        return endpoint;
    }

    /// <summary>
    /// Says what an endpoint reads. Whatever comes is given to it, and refused there with a problem: a server that looks at
    /// the type itself would say that there is no such path.
    /// </summary>
    public static RouteHandlerBuilder Takes<T>(this RouteHandlerBuilder endpoint, bool isOptional = false)
        where T : notnull => endpoint.Accepts<T>(isOptional, "application/json", Anything);
}
