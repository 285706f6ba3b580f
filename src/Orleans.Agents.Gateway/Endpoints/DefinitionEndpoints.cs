using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Definitions;
using Orleans.Agents.Gateway.Access;
using Orleans.Agents.Gateway.Documents;
using Orleans.Agents.Gateway.Requests;
using Orleans.Agents.Hosting;

namespace Orleans.Agents.Gateway.Endpoints;

/// <summary>Definitions: checked, kept under their hash, looked at.</summary>
internal sealed class DefinitionEndpoints(IAgents agents, RunScope scope)
{
    public void Map(RouteGroupBuilder api)
    {
        api.MapGet("/workflows", () => Answers.Json(new WorkflowNames([.. agents.Workflows]), HttpJson.Default.WorkflowNames))
            .Says("listWorkflows", Permission.Read, "The workflows that runs can be started from by name.")
            .Produces<WorkflowNames>();
        api.MapPost("/definitions/validate", (Delegate)ValidateAsync).Says(
            "validateDefinitions", Permission.Change, "Says all that is wrong or odd in definition files; nothing is kept.")
            .Takes<DefinitionFiles>()
            .Produces<Validation>();
        api.MapPost("/definitions", (Delegate)PublishAsync).Says(
            "publishDefinitions",
            Permission.Operate,
            "Keeps definitions, so that runs can be started from them by their hash at any process of the store. What a "
            + "definition may do is decided by whoever publishes it, so it takes the admin token.",
            StatusCodes.Status422UnprocessableEntity)
            .Takes<DefinitionFiles>()
            .Produces<Validation>(StatusCodes.Status201Created);
        api.MapGet("/definitions/{hash}", GetAsync).Says(
            "getDefinition", Permission.Read, "A definition as it is kept.", StatusCodes.Status404NotFound)
            .Produces<DefinitionDetails>();
    }

    private async Task<IResult> ValidateAsync(HttpContext context) =>
        Answers.Json(DefinitionDocuments.ValidationOf(await LoadAsync(context)), HttpJson.Default.Validation);

    private async Task<IResult> PublishAsync(HttpContext context)
    {
        var loaded = await LoadAsync(context);
        if (loaded.HasErrors || loaded.Definitions.IsEmpty)
        {
            return Answers.Problem(Refusal.Of(
                "definition.invalid",
                loaded.HasErrors ? "The definitions have mistakes; nothing was kept." : "There is no workflow among the definitions.") with
            {
                Diagnostics = DefinitionDocuments.DiagnosticsOf(loaded),
            });
        }

        foreach (var definition in loaded.Definitions.Values)
        {
            await agents.KeepAsync(definition, context.RequestAborted);
        }

        return Answers.Json(
            DefinitionDocuments.ValidationOf(loaded), HttpJson.Default.Validation, StatusCodes.Status201Created);
    }

    private async Task<IResult> GetAsync(HttpContext context, string hash) =>
        await agents.FindDefinitionAsync(hash, context.RequestAborted) is { } closure
            ? Answers.Json(
                DefinitionDocuments.DetailsOf(hash, DefinitionClosure.Read(closure), closure), HttpJson.Default.DefinitionDetails)
            : Answers.Problem(Refusal.Of("definition.unknown", $"No definition is kept as '{hash}'."));

    private async Task<LoadResult> LoadAsync(HttpContext context)
    {
        var files = await RequestBody.ReadAsync(context, HttpJson.Default.DefinitionFiles, scope.MostBytes);
        return DefinitionLoader.LoadTexts(
            [.. files.Files.Select(file => new DefinitionText(file.Name, file.Text))],
            agents.DefinitionHost,
            new LoadOptions(files.Strict));
    }
}
