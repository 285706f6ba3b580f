using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Definitions;
using Orleans.Agents.Expressions;
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
        api.MapGet("/workflows", (Delegate)ListAsync).Says(
            "listWorkflows", Permission.Read, "The workflows that runs can be started from by name, and what each name stands for.")
            .Produces<WorkflowNames>();
        api.MapPost("/definitions/validate", (Delegate)ValidateAsync).Says(
            "validateDefinitions", Permission.Change, "Says all that is wrong or odd in definition files; nothing is kept.")
            .Takes<DefinitionFiles>()
            .Produces<Validation>();
        api.MapPost("/definitions", (Delegate)PublishAsync).Says(
            "publishDefinitions",
            Permission.Operate,
            "Keeps definitions, so that runs can be started from them, by their hash and by their name, at any process of the store. "
            + "Which names is said by names; without it, all. What is published later counts. What a definition may do is decided by "
            + "whoever publishes it, so it takes the admin token.",
            StatusCodes.Status422UnprocessableEntity)
            .Takes<DefinitionFiles>()
            .Produces<Validation>(StatusCodes.Status201Created);
        api.MapGet("/definitions/{hash}", GetAsync).Says(
            "getDefinition", Permission.Read, "A definition as it is kept.", StatusCodes.Status404NotFound)
            .Produces<DefinitionDetails>();
    }

    private async Task<IResult> ListAsync(HttpContext context) => Answers.Json(
        DefinitionDocuments.NamesOf(await agents.ListWorkflowsAsync(context.RequestAborted)), HttpJson.Default.WorkflowNames);

    private async Task<IResult> ValidateAsync(HttpContext context)
    {
        var (loaded, _) = await LoadAsync(context);
        return Answers.Json(DefinitionDocuments.ValidationOf(loaded), HttpJson.Default.Validation);
    }

    private async Task<IResult> PublishAsync(HttpContext context)
    {
        var (loaded, wanted) = await LoadAsync(context);
        if (loaded.HasErrors || loaded.Definitions.IsEmpty)
        {
            return Answers.Problem(Refusal.Of(
                "definition.invalid",
                loaded.HasErrors ? "The definitions have mistakes; nothing was kept." : "There is no workflow among the definitions.") with
            {
                Diagnostics = DefinitionDocuments.DiagnosticsOf(loaded),
            });
        }

        var names = NamesOf(loaded, wanted);
        foreach (var definition in loaded.Definitions.Values.Where(d => !names.Contains(d.Workflow.Name)))
        {
            await agents.KeepAsync(definition, context.RequestAborted);
        }

        var held = await agents.PublishEverywhereAsync(
            [.. names.Select(name => loaded.Definitions[name])], context.RequestAborted);
        return Answers.Json(
            DefinitionDocuments.PublishedOf(loaded, names, held), HttpJson.Default.Validation, StatusCodes.Status201Created);
    }

    // A name that is written wrongly would be published by nobody, and nobody would know.
    private static ImmutableSortedSet<string> NamesOf(LoadResult loaded, ImmutableArray<string>? wanted)
    {
        var there = loaded.Definitions.Keys;
        if (wanted is not { } names)
        {
            return there.ToImmutableSortedSet(StringComparer.Ordinal);
        }

        for (var place = 0; place < names.Length; place++)
        {
            if (!loaded.Definitions.ContainsKey(names[place]))
            {
                throw new RefusedException(
                    Refusal.Of("request.invalid", $"There is no workflow '{names[place]}' among the definitions.") with
                    {
                        Place = $"$.names[{place}]",
                        Expected = string.Join(", ", there),
                        Suggestion = NearestName.Of(names[place], there),
                    });
            }
        }

        return names.ToImmutableSortedSet(StringComparer.Ordinal);
    }

    private async Task<IResult> GetAsync(HttpContext context, string hash) =>
        await agents.FindDefinitionAsync(hash, context.RequestAborted) is { } closure
            ? Answers.Json(
                DefinitionDocuments.DetailsOf(hash, DefinitionClosure.Read(closure), closure), HttpJson.Default.DefinitionDetails)
            : Answers.Problem(Refusal.Of("definition.unknown", $"No definition is kept as '{hash}'."));

    private async Task<(LoadResult Loaded, ImmutableArray<string>? Names)> LoadAsync(HttpContext context)
    {
        var files = await RequestBody.ReadAsync(context, HttpJson.Default.DefinitionFiles, scope.MostBytes);
        var loaded = DefinitionLoader.LoadTexts(
            [.. files.Files.Select(file => new DefinitionText(file.Name, file.Text))],
            agents.DefinitionHost,
            new LoadOptions(files.Strict));
        return (loaded, files.Names);
    }
}
