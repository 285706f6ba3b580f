using Orleans.Agents.Definitions.Drafts;
using Orleans.Agents.Definitions.Sources;
using Orleans.Agents.Expressions;

namespace Orleans.Agents.Definitions.Checks;

/// <summary>Compares what a state reads of its output with what its schema, its agent's or its tool's says is there.</summary>
internal sealed class OutputCheck(DefinitionHost host, Findings findings)
{
    private readonly Dictionary<string, Node?> toolSchemas = new(StringComparer.Ordinal);

    public void Check(Drafted drafted)
    {
        foreach (var workflow in drafted.Workflows)
        {
            var uses = workflow.Uses.Where(u => u.Root == ScopeNames.Output && u.Members is [not "length", ..]).ToArray();
            foreach (var state in workflow.States)
            {
                if (SchemaOf(state, drafted) is var (schema, whose) && DeclaredProperties.Of(schema) is { } declared)
                {
                    Check(state, uses, declared, whose);
                }
            }
        }
    }

    private void Check(StateDraft state, PathUse[] uses, string[] declared, string whose)
    {
        if (uses.Length == 0)
        {
            return;
        }

        var readers = state.Save.Select(m => m.Value).Concat(state.Next.Select(n => n.When).OfType<Node>())
            .SelectMany(WithAllBelow)
            .ToHashSet(ReferenceEqualityComparer.Instance);
        var unknown = uses.Where(u =>
            readers.Contains(u.Node) && !declared.Contains(u.Members[0], StringComparer.Ordinal));
        foreach (var use in unknown)
        {
            findings.Warn(
                DiagnosticCode.UnknownOutput,
                use.Node.File.Name,
                use.Position,
                $"The output schema of {whose} declares no `{Node.Shorten(use.Members[0])}`",
                declared.Length == 0 ? "no properties at all" : $"one of {string.Join(", ", declared)}",
                NearestName.Of(use.Members[0], declared));
        }
    }

    private (Node Schema, string Whose)? SchemaOf(StateDraft state, Drafted drafted)
    {
        if (state.Output is { } own)
        {
            return (drafted.Schemas.Resolve(own), "the state");
        }

        var name = state.Subject?.Text ?? "";
        return state.Kind switch
        {
            StateKind.Agent when drafted.Agents.FirstOrDefault(a => a.Document.Name == name)?.Output is { } output =>
                (drafted.Schemas.Resolve(output), $"the agent {name}"),
            StateKind.Tool when ToolSchema(name) is { } output => (output, $"the tool {name}"),
            _ => null,
        };
    }

    // The schema of a tool is read like a document, so that both are looked at in one way.
    private Node? ToolSchema(string name)
    {
        if (!toolSchemas.TryGetValue(name, out var root))
        {
            root = host.Tools.FirstOrDefault(t => t.Name == name)?.OutputSchema is { } schema
                && JsonSource.Read(new SourceFile(name, schema.ToString()), new Findings(strict: false)) is [var read]
                    ? read
                    : null;
            toolSchemas.Add(name, root);
        }

        return root;
    }

    private static IEnumerable<Node> WithAllBelow(Node node) =>
        node.Items.Concat(node.Members.Select(m => m.Value)).SelectMany(WithAllBelow).Prepend(node);
}
