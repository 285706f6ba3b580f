using System.Collections.Immutable;
using System.Text.Json;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Definitions;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Gateway.Documents;

/// <summary>Definitions in the form of the contracts.</summary>
internal static class DefinitionDocuments
{
    /// <summary>What was found in some files.</summary>
    public static Validation ValidationOf(LoadResult loaded) => new(
        !loaded.HasErrors,
        DiagnosticsOf(loaded),
        [
            .. loaded.Definitions.Values.Select(d => new WorkflowLine(
                d.Workflow.Name, d.Workflow.Hash, d.Workflow.Version, d.Plan.Description)),
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

    /// <summary>A definition as it is kept.</summary>
    public static DefinitionDetails DetailsOf(string hash, Workflow workflow, ReadOnlyMemory<byte> closure) => new(
        hash,
        workflow.Name,
        [workflow.Start, .. workflow.States.Keys.Where(name => name != workflow.Start)],
        JsonElement.Parse(closure.Span, new JsonDocumentOptions { MaxDepth = 256 }),
        workflow.Version);
}
