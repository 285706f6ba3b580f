using System.Collections.Immutable;
using System.Text.Json;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Definitions;
using Orleans.Agents.Hosting;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Gateway.Documents;

/// <summary>Definitions in the form of the contracts.</summary>
internal static class DefinitionDocuments
{
    /// <summary>The code of a name that cannot be published, because the process has a definition of its own for it.</summary>
    private const string NameHeld = "definition.name_held";

    /// <summary>What was found in some files.</summary>
    public static Validation ValidationOf(LoadResult loaded) => new(
        !loaded.HasErrors, DiagnosticsOf(loaded), [.. loaded.Definitions.Values.Select(d => LineOf(d, byName: null))]);

    /// <summary>What became of some files that were published.</summary>
    /// <param name="loaded">The files.</param>
    /// <param name="names">The names that were to be published.</param>
    /// <param name="held">Of those, the ones that stand for another definition still.</param>
    public static Validation PublishedOf(LoadResult loaded, ImmutableSortedSet<string> names, ImmutableArray<string> held) => new(
        true,
        [.. DiagnosticsOf(loaded), .. held.Select(name => HeldOf(loaded, name))],
        [.. loaded.Definitions.Values.Select(d => LineOf(d, names.Contains(d.Workflow.Name) && !held.Contains(d.Workflow.Name)))]);

    /// <summary>What names stand for.</summary>
    public static WorkflowNames NamesOf(ImmutableArray<OfferedWorkflow> offered) => new(
        [.. offered.Select(one => one.Workflow)],
        [
            .. offered.Select(one => new NamedDefinition(
                one.Workflow, one.Hash, one.PublishedAt is null ? "folder" : "published", one.Version, one.PublishedAt)),
        ]);

    /// <summary>All that is wrong or odd in some files.</summary>
    public static ImmutableArray<DiagnosticLine> DiagnosticsOf(LoadResult loaded) =>
    [
        .. loaded.Diagnostics.Select(d => new DiagnosticLine(
            d.Severity is DiagnosticSeverity.Error ? "error" : "warning",
            d.Code,
            d.File,
            d.Line,
            d.Column,
            d.Message,
            d.Expected,
            d.Suggestion)),
    ];

    private static WorkflowLine LineOf(Definition definition, bool? byName) => new(
        definition.Workflow.Name,
        definition.Workflow.Hash,
        definition.Workflow.Version,
        definition.Plan.Description,
        byName);

    private static DiagnosticLine HeldOf(LoadResult loaded, string name)
    {
        var document = loaded.Documents.First(d => d.Kind == "Workflow" && d.Name == name);
        return new DiagnosticLine(
            "warning",
            NameHeld,
            document.File,
            document.Line,
            1,
            $"The gateway was started with another definition of workflow '{name}', which runs are started from by this name as before; "
            + "this one is kept under its hash.",
            "a name that the gateway was not started with");
    }

    /// <summary>A definition as it is kept.</summary>
    public static DefinitionDetails DetailsOf(string hash, Workflow workflow, ReadOnlyMemory<byte> closure) => new(
        hash,
        workflow.Name,
        [workflow.Start, .. workflow.States.Keys.Where(name => name != workflow.Start)],
        JsonElement.Parse(closure.Span, new JsonDocumentOptions { MaxDepth = 256 }),
        workflow.Version);
}
