using System.Collections.Immutable;
using Orleans.Agents.Definitions.Shapes;
using Orleans.Agents.Definitions.Sources;

namespace Orleans.Agents.Definitions.FlatMachines;

/// <summary>The fields of FlatMachine files: those of their published schema, and those that their runtime takes besides.</summary>
internal static class FlatShapes
{
    public const string Machine = "flatmachine";
    public const string Agent = "flatagent";
    public const string Profiles = "flatprofiles";

    /// <summary>As many answers as can be counted in one expression.</summary>
    public const int MostCandidates = 300;

    private static readonly FieldType Any = new FieldType.Template();
    private static readonly FieldType Text = new FieldType.Text(TextRule.Free);
    private static readonly FieldType Name = new FieldType.Text(TextRule.Any);
    private static readonly FieldType Map = new FieldType.Map(TextRule.Free, Any, IsFilled: false);
    private static readonly FieldType Flag = new FieldType.Condition();

    // Up to ten years, as all durations here.
    private static readonly FieldType Seconds = new FieldType.Number(0, 315_360_000);

    /// <summary>The mapping around machines, agents and profiles.</summary>
    public static Shape Document { get; } = Of(
        "FlatMachine document",
        ("spec", Name, true), ("spec_version", Name, true), ("data", Map, true), ("metadata", Map, false));

    public static Shape MachineData { get; } = Of(
        "FlatMachine",
        ("name", Text, false),
        ("expression_engine", new FieldType.Text(TextRule.OneOf("simple", "cel")), false),
        ("context", Map, false),
        ("agents", Map, false),
        ("machines", Map, false),
        ("states", new FieldType.Map(TextRule.Any, new FieldType.Part(State()), IsFilled: true), true),
        ("settings", Map, false),
        ("persistence", Map, false),
        ("hooks", Any, false),
        ("profiles", Name, false));

    public static Shape AgentData { get; } = Of(
        "FlatAgent",
        ("name", Text, false),
        ("model", new FieldType.Either([Name, Map]), false),
        ("system", Text, false),
        ("user", Text, false),
        ("instruction_suffix", Text, false),
        ("output", new FieldType.Map(TextRule.Any, new FieldType.Part(OutputField()), IsFilled: false), false),
        ("mcp", Any, false),
        ("tools", Any, false),
        ("profiles", Name, false));

    /// <summary>Whether a document is one of theirs.</summary>
    public static bool IsOne(Node root) => root.Find("spec") is { IsText: true, Text: Machine or Agent or Profiles };

    private static Shape State() => Of(
        "state",
        ("type", new FieldType.Text(TextRule.OneOf("initial", "final")), false),
        ("agent", Name, false),
        ("machine", new FieldType.Either([Name, new FieldType.List(new FieldType.Either([Name, new FieldType.Part(MachineInput())]), true)]), false),
        ("action", Name, false),
        ("execution", new FieldType.Part(Execution()), false),
        ("on_error", new FieldType.Either([Name, new FieldType.Map(TextRule.Any, Name, IsFilled: false)]), false),
        ("input", Map, false),
        ("output_to_context", Map, false),
        ("output", Any, false),
        ("transitions", new FieldType.List(new FieldType.Part(Transition()), IsFilled: false), false),
        ("tool_loop", Any, false),
        ("sampling", new FieldType.Text(TextRule.OneOf("single", "multi")), false),
        ("foreach", Name, false),
        ("as", Name, false),
        ("key", Name, false),
        ("mode", new FieldType.Text(TextRule.OneOf("settled", "any")), false),
        ("timeout", Seconds, false),
        ("launch", new FieldType.Either([Name, new FieldType.List(Name, IsFilled: true)]), false),
        ("launch_input", Map, false),
        ("wait_for", Any, false));

    private static Shape MachineInput() => Of("machine with an input", ("name", Name, true), ("input", Map, false));

    private static Shape Transition() => Of("transition", ("condition", Flag, false), ("to", Name, true));

    private static Shape Execution() => Of(
        "execution",
        ("type", new FieldType.Text(TextRule.OneOf("default", "retry", "parallel", "mdap_voting")), true),
        ("backoffs", new FieldType.List(Seconds, IsFilled: false), false),
        ("jitter", new FieldType.Number(0, 1), false),
        ("retry_on_empty", Flag, false),
        ("n_samples", new FieldType.Integer(1, 1_000), false),
        ("k_margin", new FieldType.Integer(1, MostCandidates), false),
        ("max_candidates", new FieldType.Integer(1, MostCandidates), false));

    private static Shape OutputField() => Of(
        "field of an output",
        ("type", new FieldType.Text(TextRule.OneOf("str", "int", "float", "bool", "json", "list", "array", "object")), true),
        ("description", Text, false),
        ("enum", new FieldType.List(Any, IsFilled: true), false),
        ("required", Flag, false),
        ("items", Map, false),
        ("properties", Map, false));

    private static Shape Of(string name, params ReadOnlySpan<(string Name, FieldType Type, bool IsRequired)> fields)
    {
        var made = ImmutableArray.CreateBuilder<Field>();
        foreach (var (field, type, isRequired) in fields)
        {
            made.Add(new Field(field, type, "See docs/guides/flatmachines.md.") { IsRequired = isRequired });
        }

        return new Shape(name, "See docs/guides/flatmachines.md.", made.ToImmutable());
    }
}
