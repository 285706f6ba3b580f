using System.Globalization;

namespace Orleans.Agents.Definitions.Shapes;

/// <summary>What types are called in messages and docs.</summary>
internal static class TypeWords
{
    /// <summary>What is expected, as exactly as fits on a line.</summary>
    public static string Of(FieldType type) => type switch
    {
        FieldType.Text text => text.Rule.Expected,
        FieldType.TextTemplate => "text, with ${{ }} where it varies",
        FieldType.Template => "any value, with ${{ }} where it varies",
        FieldType.Condition => "an expression without ${{ }}",
        FieldType.Integer whole => string.Create(
            CultureInfo.InvariantCulture, $"a whole number from {whole.Min} to {whole.Max}"),
        FieldType.Number number => string.Create(
            CultureInfo.InvariantCulture, $"a number from {number.Min} to {number.Max}"),
        FieldType.JsonSchema => "a JSON Schema",
        FieldType.SchemaOrName => "a JSON Schema or {schema: name}",
        FieldType.Part part => $"a mapping with {FieldsOf(part.Shape)}",
        FieldType.Map map => $"a mapping from names to {Of(map.Values)}",
        FieldType.List list => $"a list of {Of(list.Items)}",
        FieldType.Either either => string.Join(", or ", either.Types.Select(Of)),
        _ => throw new System.Diagnostics.UnreachableException(type.ToString()),
    };

    /// <summary>The kind of value alone.</summary>
    public static string Article(FieldType type) => type switch
    {
        FieldType.Text or FieldType.TextTemplate => "text",
        FieldType.Template => "any value",
        FieldType.Condition => "an expression",
        FieldType.Integer => "a whole number",
        FieldType.Number => "a number",
        FieldType.JsonSchema or FieldType.SchemaOrName => "a schema",
        FieldType.Part or FieldType.Map => "a mapping",
        FieldType.List => "a list",
        FieldType.Either either => string.Join(" or ", either.Types.Select(Article)),
        _ => throw new System.Diagnostics.UnreachableException(type.ToString()),
    };

    private static string FieldsOf(Shape shape) => shape.Fields.IsEmpty
        ? "nothing in it, {}"
        : string.Join(", ", shape.Fields.Where(f => f.Gate is not Gate.Blocked).Select(f => f.Name));
}
