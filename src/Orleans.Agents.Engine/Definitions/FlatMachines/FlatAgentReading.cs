using System.Globalization;
using Orleans.Agents.Definitions.Drafts;
using Orleans.Agents.Definitions.Shapes;
using Orleans.Agents.Definitions.Sources;
using Orleans.Agents.Models;

namespace Orleans.Agents.Definitions.FlatMachines;

/// <summary>Reads a FlatAgent as an agent of ours.</summary>
internal sealed class FlatAgentReading(SchemaBook schemas, AgentReading agents, Findings findings)
{
    private readonly FlatValues values = new(findings);

    /// <summary>Reads an agent.</summary>
    /// <param name="root">Its document.</param>
    /// <param name="name">What it is called here.</param>
    /// <param name="profiles">The profiles it may name.</param>
    /// <param name="answers">What the offline model answers in its stead; null where nobody says.</param>
    public AgentDraft Read(Node root, string name, FlatProfiles profiles, Node? answers)
    {
        var check = new ShapeCheck(findings);
        check.Check(root, new FieldType.Part(FlatShapes.Document), "the document");
        var data = root.Find("data") is { IsMap: true } map ? map : FlatValues.Map(root);
        check.Check(data, new FieldType.Part(FlatShapes.AgentData), "`data`");
        Block(data, "mcp", "will let the model call tools of MCP servers; until then call tools from states of their own");
        Block(data, "tools", "will let the model call tools itself; until then call them from states of their own");

        var model = answers is null
            ? profiles.Of(data.Find("model"), data)
            : new FlatModel(FlatValues.Text(data.Find("model") ?? data, OfflineModel.Name), null, null);
        var expressions = new ExpressionCheck(findings);
        var instructions = values.Prompt(Filled(data, "system"));
        var prompt = values.Prompt(Question(data));
        expressions.Template(instructions, ExpressionPlace.Agent);
        expressions.Template(prompt, ExpressionPlace.Agent);
        return new AgentDraft(Document(name, root, data))
        {
            Model = model.Name,
            IsForeign = true,
            Instructions = instructions,
            Prompt = prompt,
            Output = data.Find("output") is { IsMap: true, Members.Count: > 0 } output ? schemas.Use(SchemaOf(output)) : null,
            Temperature = model.Temperature is { } warmth ? Between(warmth, 0, 2) : null,
            MaxOutputTokens = model.MaxTokens is { } most ? (int?)Between(most, 1, 1_000_000) : null,
            HasAnswers = answers is not null,
            Answers = answers is null ? [] : agents.ReadFile(answers, expressions),
            Uses = expressions.Uses,
        };
    }

    /// <summary>An agent whose file is not there, so that asking it fails.</summary>
    public static AgentDraft Missing(Node reference, string name) => new(Document(name, reference, reference))
    {
        Model = FlatValues.Text(reference, OfflineModel.Name),
        IsForeign = true,
        HasAnswers = true,
        Answers =
        [
            new AnswerDraft(null, null, new RehearsedFailure(
                FlatErrors.MissingAgent, "permanent", $"There is no file {reference.Text} with this agent.", null)),
        ],
        Uses = [],
    };

    /// <summary>An action that no handler does but the offline model: it answers what changes in the context.</summary>
    public AgentDraft Rehearsed(Node action, string name, Node answers)
    {
        var expressions = new ExpressionCheck(findings);
        return new AgentDraft(Document(name, action, action))
        {
            Model = FlatValues.Text(action, OfflineModel.Name),
            IsForeign = true,
            Output = schemas.Use(FlatValues.Map(action, ("type", FlatValues.Text(action, "object")))),
            HasAnswers = true,
            Answers = agents.ReadFile(answers, expressions),
            Uses = expressions.Uses,
        };
    }

    private static DocumentDraft Document(string name, Node root, Node spec) =>
        new(DocumentKind.Agent.Name, name, root, spec) { NameNode = spec.Find("name") ?? root };

    private void Block(Node data, string field, string why)
    {
        if (data.Find(field) is { } node)
        {
            findings.Error(DiagnosticCode.FeatureBlocked, node, $"This version does not run `{field}` of an agent: it {why}");
        }
    }

    private decimal? Between(Node number, decimal least, decimal most)
    {
        if (decimal.TryParse(number.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && value >= least && value <= most)
        {
            return value;
        }

        findings.Error(
            DiagnosticCode.InvalidValue,
            number,
            $"The model cannot be told {Node.Shorten(number.Text)}",
            string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"));
        return null;
    }

    private static Node? Filled(Node data, string field) =>
        data.Find(field) is { IsText: true, Text.Length: > 0 } text ? text : null;

    // A suffix is asked for after everything else.
    private static Node? Question(Node data)
    {
        var (user, suffix) = (Filled(data, "user"), Filled(data, "instruction_suffix"));
        return user is null || suffix is null
            ? user ?? suffix
            : Node.Translated(
                user,
                $"{user.Text}\n\n{suffix.Text}",
                [.. Enumerable.Range(0, user.Text.Length).Select(i => (i, i))]);
    }

    private static Node SchemaOf(Node fields) => FlatValues.Map(
        fields,
        ("type", FlatValues.Text(fields, "object")),
        ("properties", Node.Map(
            fields.File, fields.Index, [.. fields.Members.Select(m => m with { Value = SchemaOfField(m.Value) })])),
        ("required", Node.List(
            fields.File,
            fields.Index,
            [.. fields.Members.Where(m => m.Value.Find("required")?.Text != "false").Select(m => FlatValues.Text(m.Key, m.Name))])));

    private static Node SchemaOfField(Node field)
    {
        var members = new List<Member>();
        var type = field.Find("type")?.Text switch
        {
            "str" => "string",
            "int" => "integer",
            "float" => "number",
            "bool" => "boolean",
            "list" or "array" => "array",
            "object" => "object",
            _ => null,
        };
        Add("type", type is null ? null : FlatValues.Text(field, type));
        Add("description", field.Find("description"));
        Add("enum", field.Find("enum"));
        Add("items", field.Find("items") is { IsMap: true } items ? SchemaOfField(items) : null);
        var inner = field.Find("properties") is { IsMap: true } properties ? SchemaOf(properties) : null;
        Add("properties", inner?.Find("properties"));
        Add("required", inner?.Find("required"));
        return Node.Map(field.File, field.Index, members);

        void Add(string name, Node? value)
        {
            if (value is not null)
            {
                members.Add(new Member(name, field, value));
            }
        }
    }
}
