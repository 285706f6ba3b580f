using System.Text;
using Orleans.Agents.Definitions.Shapes;

namespace Orleans.Agents.Definitions;

/// <summary>
/// The tables of fields in <c>docs/reference/workflow-format.md</c>, made from the table that the loader goes by.
/// </summary>
internal static class FieldReference
{
    public static string Generate()
    {
        var text = new StringBuilder();
        WriteKinds(text);
        WriteGates(text);
        foreach (var shape in DefinitionSchema.Shapes())
        {
            WriteShape(text, shape);
        }

        return text.ToString();
    }

    private static void WriteKinds(StringBuilder text)
    {
        text.Append("### Kinds\n\n| kind | gate | what it is |\n|---|---|---|\n");
        foreach (var kind in DocumentKind.All)
        {
            text.Append($"| `{kind.Name}` | {(kind.Spec is null ? "blocked" : "supported")} | {kind.Description} |\n");
        }
    }

    // What an author must not use, or not rely on, in one place; all other fields are supported.
    private static void WriteGates(StringBuilder text)
    {
        var gated = DefinitionSchema.Shapes()
            .SelectMany(shape => shape.Fields.Where(field => field.Gate is not Gate.Supported).Select(field => (shape, field)))
            .ToList();
        text.Append("\n### Gates\n\nEvery field is supported that is not in this table:\n\n");
        text.Append("| field | of a | gate | what it does |\n|---|---|---|---|\n");
        foreach (var (shape, field) in gated)
        {
            text.Append($"| `{field.Name}` | [{shape.Name}](#{shape.Name.Replace(' ', '-')}) | {GateWord(field.Gate)} | {field.Description} |\n");
        }
    }

    private static void WriteShape(StringBuilder text, Shape shape)
    {
        text.Append($"\n### {char.ToUpperInvariant(shape.Name[0])}{shape.Name.AsSpan(1)}\n\n{shape.Description}\n");
        if (shape.Fields.IsEmpty)
        {
            return;
        }

        text.Append("\n| field | takes | required | gate | what it does |\n|---|---|---|---|---|\n");
        foreach (var field in shape.Fields)
        {
            var takes = field.Gate is Gate.Blocked ? string.Empty : Cell(field.Type);
            text.Append($"| `{field.Name}` | {takes} | {Required(shape, field)} | {GateWord(field.Gate)} ");
            text.Append($"| {field.Description} |\n");
        }
    }

    private static string Required(Shape shape, Field field) =>
        field.IsRequired ? "yes"
        : shape.OneOf.Contains(field) ? "one of these"
        : shape.Needs
            .Where(n => n.Needed.Contains(field))
            .Select(n => $"`{n.Given.Name}`")
            .ToArray() is { Length: > 0 } given
            ? $"with {string.Join(", ", given)}"
        : string.Empty;

    private static string Cell(FieldType type) => type switch
    {
        FieldType.Part part => $"a [{part.Shape.Name}](#{part.Shape.Name.Replace(' ', '-')})",
        FieldType.Map map => $"names to {Cell(map.Values)}",
        FieldType.List list => $"a list of {Cell(list.Items)}",
        FieldType.Either either => string.Join(" or ", either.Types.Select(Cell)),
        FieldType.TextTemplate => "text with `${{ }}`",
        FieldType.Template => "any value with `${{ }}`",
        FieldType.Condition => "an expression",
        FieldType.SchemaOrName => "a JSON Schema or `{schema: name}`",
        _ => TypeWords.Of(type),
    };

    private static string GateWord(Gate gate) => gate switch
    {
        Gate.Supported => "supported",
        Gate.Experimental => "experimental",
        Gate.Blocked => "blocked",
        _ => throw new System.Diagnostics.UnreachableException(gate.ToString()),
    };
}
