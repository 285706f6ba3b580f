using System.Collections.Immutable;
using Orleans.Agents.Definitions.Drafts;
using Orleans.Agents.Definitions.Sources;

namespace Orleans.Agents.Definitions.FlatMachines;

/// <summary>Reads the FlatMachine files among some files, and those that they refer to, as documents of ours.</summary>
internal static class FlatReading
{
    /// <summary>Adds what the files hold to what was drafted.</summary>
    /// <param name="drafted">The documents of our own format.</param>
    /// <param name="catalog">The files.</param>
    /// <param name="documents">What stands in them.</param>
    /// <param name="agents">Reads files of answers.</param>
    /// <param name="answers">The folder with what the offline model answers; null where there is none.</param>
    /// <param name="findings">Where what is wrong goes.</param>
    public static Drafted AddTo(
        Drafted drafted,
        SourceCatalog catalog,
        DocumentReading documents,
        AgentReading agents,
        string? answers,
        Findings findings)
    {
        if (documents.Foreign.Count == 0)
        {
            return drafted;
        }

        var reading = new FlatAgentReading(drafted.Schemas, agents, findings);
        var library = new FlatLibrary(catalog, documents, reading, answers, findings);
        var machines = new FlatMachineReading(drafted.Schemas, library, findings);
        var workflows = ImmutableArray.CreateBuilder<WorkflowDraft>();
        foreach (var machine in documents.Foreign.Where(r => r.Find("spec")!.Text == FlatShapes.Machine))
        {
            library.NameOf(machine);
            Describe(machine, "FlatMachine", library.NameOf(machine), documents);
        }

        while (library.TryTakeUnread(out var machine))
        {
            workflows.Add(machines.Read(machine!, library.NameOf(machine!)) with
            {
                IsReferredTo = !documents.Foreign.Contains(machine!),
            });
        }

        foreach (var agent in documents.Foreign.Where(r => r.Find("spec")!.Text == FlatShapes.Agent && !library.Knows(r)))
        {
            Describe(agent, "FlatAgent", library.Agent(agent, null).Document.Name, documents);
        }

        var read = workflows.Select(w => w.Document).Concat(library.Agents.Select(a => a.Document));
        return drafted with
        {
            Documents = [.. drafted.Documents, .. read],
            Workflows = [.. drafted.Workflows, .. workflows],
            Agents = [.. drafted.Agents, .. library.Agents],
        };
    }

    private static void Describe(Node root, string kind, string name, DocumentReading documents) =>
        documents.Describe(new LoadedDocument(
            kind,
            name,
            null,
            root.Find("metadata")?.Find("description") is { IsText: true } said ? said.Text : null,
            ImmutableSortedDictionary<string, string>.Empty,
            root.File.Name,
            root.Position.Line));
}
