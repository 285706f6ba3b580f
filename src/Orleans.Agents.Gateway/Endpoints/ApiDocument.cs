using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Orleans.Agents.Gateway.Access;
using Orleans.Agents.Gateway.Requests;

namespace Orleans.Agents.Gateway.Endpoints;

/// <summary>The description of the API that the gateway gives of itself.</summary>
internal static class ApiDocument
{
    public static void Describe(OpenApiOptions options)
    {
        options.ShouldInclude = description => description.RelativePath?.StartsWith("api/", StringComparison.Ordinal) is true;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Orleans.Agents",
                Version = "1",
                Description = "Durable multi-agent workflows: start runs, follow them, control them.",
            };
            document.Servers = null;
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
            {
                ["tenant"] = Key(Guard.KeyHeader, "The API key of a tenant, where there are tenants."),
                ["admin"] = Key(Guard.AdminHeader, "The admin token, where the guard of operations is on."),
            };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            operation.Parameters ??= [];
            operation.RequestBody?.Content?.Remove(EndpointDescriptions.Anything);
            if (operation.OperationId is "startRun" or "forkRun" or "cancelRun" or "suspendRun" or "signalRun")
            {
                operation.Parameters.Add(Header(Headers.IdempotencyKey, "The same key is the same request, however often it is made."));
            }

            if (operation.OperationId is "getRunEvents")
            {
                operation.Parameters.Add(Header(Headers.LastEventId, "The last event of a stream that was seen; what follows it is sent."));
            }

            if (operation.OperationId is "startRun" or "forkRun")
            {
                operation.Parameters.Add(Header(TraceHeader.Name, "The span that the new run is to be below, in W3C's form."));
            }

            operation.Parameters.Add(Header(Correlation.Header, "A UUID that names the request; it is echoed."));
            return Task.CompletedTask;
        });
    }

    private static OpenApiSecurityScheme Key(string header, string description) => new()
    {
        Type = SecuritySchemeType.ApiKey,
        In = ParameterLocation.Header,
        Name = header,
        Description = description,
    };

    private static OpenApiParameter Header(string name, string description) => new()
    {
        Name = name,
        In = ParameterLocation.Header,
        Description = description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
    };
}
