using System.Collections.Immutable;
using Orleans.Agents.Definitions.FlatMachines;
using Orleans.Agents.Definitions.Shapes;
using Orleans.Agents.Definitions.Sources;

namespace Orleans.Agents.Definitions.Drafts;

/// <summary>Reads all documents of some files.</summary>
internal static class Drafting
{
    /// <summary>Reads texts in memory, without looking at what they refer to.</summary>
    public static (Drafted Drafted, Findings Findings) OfTexts(IReadOnlyList<DefinitionText> texts)
    {
        var findings = new Findings(strict: false);
        return (Of(SourceCatalog.FromTexts(texts, findings), findings, [], null, out _), findings);
    }

    /// <summary>Reads files.</summary>
    /// <param name="catalog">The files.</param>
    /// <param name="findings">Where everything that is wrong goes.</param>
    /// <param name="read">Where the fields go that were asked for.</param>
    /// <param name="answers">The folder with what the offline model answers for machines of other formats.</param>
    /// <param name="described">What the documents say about themselves.</param>
    public static Drafted Of(
        SourceCatalog catalog, Findings findings, HashSet<Field> read, string? answers, out ImmutableArray<LoadedDocument> described)
    {
        var documents = new DocumentReading(catalog, findings, read);
        documents.ReadAll();
        var schemas = new SchemaBook(Those(documents, DocumentKind.Schema), findings);
        var agents = new AgentReading(documents, schemas, findings, read);
        var policies = new PolicyReading(findings, read);
        var workflows = new WorkflowReading(schemas, findings, read);
        var drafted = new Drafted(
            [.. documents.Documents],
            [.. Those(documents, DocumentKind.Workflow).Select(workflows.Read)],
            [.. Those(documents, DocumentKind.Agent).Select(agents.Read)],
            [.. Those(documents, DocumentKind.Policy).Select(policies.Read)],
            schemas);
        drafted = FlatReading.AddTo(drafted, catalog, documents, agents, answers, findings);
        documents.RefuseStrangers();
        described = [.. documents.Described];
        return drafted;
    }

    private static IEnumerable<DocumentDraft> Those(DocumentReading documents, DocumentKind kind) =>
        documents.Documents.Where(d => d.Kind == kind.Name && d.Spec is not null);
}
