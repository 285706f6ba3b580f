using Orleans.Agents.Definitions.Drafts;
using Orleans.Agents.Definitions.Sources;
using Orleans.Agents.Expressions;
using Orleans.Agents.Schemas;
using Orleans.Agents.Values;

namespace Orleans.Agents.Definitions.Checks;

/// <summary>Compares what states pass to tools and agents with what those take, as far as it is written down.</summary>
internal sealed class ArgumentCheck(DefinitionHost host, Findings findings)
{
    private readonly Dictionary<string, Node> toolSchemas = new(StringComparer.Ordinal);

    public void Check(Drafted drafted)
    {
        foreach (var state in drafted.Workflows.SelectMany(w => w.States))
        {
            if (state is { Kind: StateKind.Tool, Subject: { } tool } && ToolSchema(tool.Text) is { } wanted)
            {
                CheckInput(state, wanted, SchemaRegistry.Empty, $"the tool {tool.Text}");
            }

            var agent = state.Kind is StateKind.Agent
                ? drafted.Agents.FirstOrDefault(a => a.Document.Name == state.Subject!.Text)
                : null;
            if (agent?.Input is { } schema)
            {
                CheckInput(
                    state,
                    drafted.Schemas.Resolve(schema),
                    drafted.Schemas.Registry,
                    $"the agent {agent.Document.Name}");
            }
        }
    }

    // The schema of a tool is read like a document, so that both are looked at in one way.
    private Node? ToolSchema(string name)
    {
        if (!toolSchemas.TryGetValue(name, out var schema)
            && host.Tools.FirstOrDefault(t => t.Name == name) is { } tool
            && JsonSource.Read(
                new SourceFile(name, tool.InputSchema.ToString()), new Findings(strict: false)) is [var root])
        {
            toolSchemas.Add(name, schema = root);
        }

        return schema;
    }

    private void CheckInput(StateDraft state, Node schema, SchemaRegistry registry, string taker)
    {
        var before = findings.Count;
        if (state.Input is null or { IsMap: true })
        {
            CheckMembers(state, schema, taker);
        }

        if (findings.Count == before
            && (state.Input is null || ExpressionCheck.IsConstant(state.Input))
            && Schema.TryCompile(CanonicalJson.Of(schema), registry, out var compiled, out _))
        {
            CheckConstant(state, compiled, taker);
        }
    }

    private void CheckMembers(StateDraft state, Node schema, string taker)
    {
        var properties = schema.Find("properties");
        var isClosed = schema.Find("additionalProperties") is { Kind: NodeKind.Boolean, Text: "false" }
            && schema.Find("patternProperties") is null;
        var names = properties?.Members.Select(m => m.Name).ToArray() ?? [];
        foreach (var member in state.Input?.Members.Where(m => isClosed && !names.Contains(m.Name)) ?? [])
        {
            findings.Error(
                DiagnosticCode.UnknownArgument,
                member.Key,
                $"{Capital(taker)} takes no \"{Node.Shorten(member.Name)}\"",
                names.Length == 0 ? "no members" : $"one of {string.Join(", ", names)}",
                NearestName.Of(member.Name, names));
        }

        var required = (schema.Find("required")?.Items ?? []).Where(i => i.IsText);
        foreach (var name in required.Where(i => state.Input?.Find(i.Text) is null))
        {
            findings.Error(
                DiagnosticCode.MissingArgument,
                state.Input ?? state.Subject!,
                $"{Capital(taker)} needs \"{Node.Shorten(name.Text)}\"",
                $"`{Node.Shorten(name.Text)}` in `input`");
        }
    }

    private void CheckConstant(StateDraft state, Schema schema, string taker)
    {
        var input = state.Input is null ? Payload.Null : CanonicalJson.Of(state.Input);
        foreach (var violation in schema.Validate(input).Violations)
        {
            findings.Error(
                DiagnosticCode.InvalidArgument,
                (state.Input ?? state.Subject!).At(SchemaBook.Segments(violation.InstancePath)),
                $"{Capital(taker)} does not take this: {violation.Message}");
        }
    }

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
