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
        foreach (var state in drafted.Workflows.SelectMany(w => w.States).SelectMany(s => s.Activities))
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

            var workflow = state is { StartsRun: true, Subject: not null }
                ? drafted.Workflows.FirstOrDefault(w => w.Document.Name == state.Subject!.Text)
                : null;
            if (workflow?.Input is { } taken)
            {
                CheckInput(
                    state,
                    drafted.Schemas.Resolve(taken),
                    drafted.Schemas.Registry,
                    $"the workflow {workflow.Document.Name}");
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
        var forms = FormsOf(schema);
        var isClosed = forms.All(IsClosed);
        string[] names = [.. forms.SelectMany(f => f.Find("properties")?.Members ?? []).Select(m => m.Name).Distinct()];
        foreach (var member in state.Input?.Members.Where(m => isClosed && !names.Contains(m.Name)) ?? [])
        {
            findings.Error(
                DiagnosticCode.UnknownArgument,
                member.Key,
                $"{Capital(taker)} takes no \"{Node.Shorten(member.Name)}\"",
                names.Length == 0 ? "no members" : $"one of {string.Join(", ", names)}",
                NearestName.Of(member.Name, names));
        }

        string[][] missing = [.. forms.Select(f => MissingOf(f, state.Input))];
        string[][] wanted = forms.Length == 1 ? [.. missing[0].Select(m => new[] { m })]
            : missing.All(m => m.Length > 0) ? [[.. missing.Select(m => m[0]).Distinct()]]
            : [];
        foreach (var alternatives in wanted)
        {
            findings.Error(
                DiagnosticCode.MissingArgument,
                state.Input ?? state.Subject!,
                $"{Capital(taker)} needs {string.Join(" or ", alternatives.Select(a => $"\"{a}\""))}",
                $"{string.Join(" or ", alternatives.Select(a => $"`{a}`"))} in `input`");
        }
    }

    // A tool that takes one of several forms says nothing about members outside them.
    private static Node[] FormsOf(Node schema) =>
        schema.Find("properties") is null && (schema.Find("oneOf") ?? schema.Find("anyOf")) is { } forms
            ? [.. forms.Items]
            : [schema];

    private static bool IsClosed(Node form) =>
        form.Find("additionalProperties") is { Kind: NodeKind.Boolean, Text: "false" }
        && form.Find("patternProperties") is null;

    private static string[] MissingOf(Node form, Node? input) =>
    [
        .. (form.Find("required")?.Items ?? [])
            .Where(i => i.IsText && input?.Find(i.Text) is null)
            .Select(i => Node.Shorten(i.Text)),
    ];

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
