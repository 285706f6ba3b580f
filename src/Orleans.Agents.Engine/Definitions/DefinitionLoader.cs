using System.Collections.Immutable;
using Orleans.Agents.Definitions.Checks;
using Orleans.Agents.Definitions.Closures;
using Orleans.Agents.Definitions.Drafts;
using Orleans.Agents.Definitions.Shapes;
using Orleans.Agents.Definitions.Sources;

namespace Orleans.Agents.Definitions;

/// <summary>
/// Loads definitions, strictly: what it accepts runs as it is written, and everything that is wrong is said at once.
/// </summary>
public static class DefinitionLoader
{
    /// <summary>
    /// Loads files, and the <c>*.yaml</c>, <c>*.yml</c> and <c>*.json</c> directly in folders, together: their
    /// documents may
    /// refer to each other. Bad content and unreadable files are diagnostics, never exceptions.
    /// </summary>
    /// <param name="paths">Files and folders.</param>
    /// <param name="host">The tools and models they may refer to.</param>
    /// <param name="options">How strict to be.</param>
    public static LoadResult Load(IReadOnlyList<string> paths, DefinitionHost host, LoadOptions options)
    {
        var findings = new Findings(options.Strict);
        return Load(SourceCatalog.FromDisk(paths, findings), host, findings, options, []);
    }

    /// <summary>Loads texts that are in memory, together, as if they were files in a folder.</summary>
    /// <param name="texts">The texts; agents find their answers among them by name.</param>
    /// <param name="host">The tools and models they may refer to.</param>
    /// <param name="options">How strict to be.</param>
    public static LoadResult LoadTexts(IReadOnlyList<DefinitionText> texts, DefinitionHost host, LoadOptions options) =>
        LoadTexts(texts, host, options, []);

    internal static LoadResult LoadTexts(
        IReadOnlyList<DefinitionText> texts, DefinitionHost host, LoadOptions options, HashSet<Field> read)
    {
        var findings = new Findings(options.Strict);
        return Load(SourceCatalog.FromTexts(texts, findings), host, findings, options, read);
    }

    private static LoadResult Load(
        SourceCatalog catalog, DefinitionHost host, Findings findings, LoadOptions options, HashSet<Field> read)
    {
        var drafted = Drafting.Of(catalog, findings, read, options.Answers, out var documents);
        new ReferenceCheck(host, findings).Check(drafted);
        new CallCheck(findings).Check(drafted);
        new NameCheck(drafted.Schemas, findings).Check(drafted);
        new ArgumentCheck(host, findings).Check(drafted);
        new OutputCheck(host, findings).Check(drafted);
        foreach (var workflow in drafted.Workflows)
        {
            new GraphCheck(findings).Check(workflow);
            new FanOutCheck(findings).Check(workflow);
            new SignalCheck(drafted.Schemas, findings).Check(workflow);
        }

        var definitions = findings.HasErrors
            ? ImmutableSortedDictionary.Create<string, Definition>(StringComparer.Ordinal)
            : DefineAll(drafted, host);
        return new LoadResult([.. findings.InOrder()], documents, definitions)
        {
            ReferredTo = [.. drafted.Workflows.Where(w => w.IsReferredTo).Select(w => w.Document.Name)],
            Texts = catalog.Texts,
        };
    }

    private static ImmutableSortedDictionary<string, Definition> DefineAll(Drafted drafted, DefinitionHost host)
    {
        var drafts = drafted.Workflows.ToDictionary(w => w.Document.Name, StringComparer.Ordinal);
        var defined = new Dictionary<string, Definition>(StringComparer.Ordinal);
        foreach (var name in drafts.Keys)
        {
            Of(name);
        }

        return defined.ToImmutableSortedDictionary(d => d.Key, d => d.Value, StringComparer.Ordinal);

        // There is no circle among them, and none that calls another is defined before it.
        Definition Of(string name)
        {
            if (!defined.TryGetValue(name, out var definition))
            {
                var called = drafts[name].Calls.Where(other => other != name).ToDictionary(other => other, Of, StringComparer.Ordinal);
                defined.Add(name, definition = Define(drafts[name], drafted, host, called));
            }

            return definition;
        }
    }

    // The workflow is built from its stored form and from nothing else, so a run that is opened again finds the same
    // one.
    private static Definition Define(
        WorkflowDraft draft, Drafted drafted, DefinitionHost host, IReadOnlyDictionary<string, Definition> called)
    {
        var closure = new ClosureWriter(drafted, host.Tools, host.DefaultRetry ?? RetryDefaults.Shipped)
            .Write(draft, name => called[name].Workflow.Hash);
        var workflow = DefinitionClosure.Read(closure) with
        {
            Children = called.Values
                .Select(definition => definition.Workflow)
                .DistinctBy(child => child.Hash)
                .ToImmutableSortedDictionary(child => child.Hash, child => child, StringComparer.Ordinal),
        };
        var notes = new PlanNotes(
            draft.Description,
            draft.States
                .Where(s => s.Description is not null)
                .ToImmutableSortedDictionary(s => s.Name, s => s.Description!, StringComparer.Ordinal),
            ClosureWriter.Union(drafted, p => p.Read),
            ClosureWriter.Union(drafted, p => p.Write));
        return new Definition(workflow, closure, Plan.Of(workflow, notes)) { Called = [.. called.Values] };
    }
}
