using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Orleans.Agents.Definitions.Shapes;

namespace Orleans.Agents.Definitions;

/// <summary>
/// The JSON Schema of definition documents, for editors. It is made from the same table that the loader goes by.
/// </summary>
public static class DefinitionSchema
{
    /// <summary>The schema as <c>docs/schema/v1.json</c> has it.</summary>
    public static string Generate()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions
        {
            Indented = true,
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            NewLine = "\n",
        }))
        {
            WriteDocument(writer);
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void WriteDocument(Utf8JsonWriter writer)
    {
        var supported = DocumentKind.All.Where(k => k.Spec is not null).ToImmutableArray();
        writer.WriteStartObject();
        writer.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
        writer.WriteString("title", "Orleans.Agents definition, format v1");
        WriteShape(writer, DocumentShape.Shape, isRoot: true);
        writer.WriteStartArray("allOf");
        foreach (var kind in supported)
        {
            writer.WriteStartObject();
            WriteNested(writer, ["if", "properties", "kind"], () => writer.WriteString("const", kind.Name));
            WriteNested(writer, ["then", "properties", "spec"], () => WriteType(writer, kind.Spec!));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartObject("$defs");
        foreach (var shape in Shapes().Where(s => s != DocumentShape.Shape))
        {
            writer.WriteStartObject(Key(shape));
            WriteShape(writer, shape, isRoot: false);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>All shapes there are, as the docs list them.</summary>
    internal static IEnumerable<Shape> Shapes()
    {
        var answers = new FieldType.Part(AnswersShape.Shape);
        var specs = DocumentKind.All.Where(k => k.Spec is not null).Select(k => k.Spec!).Append(answers);
        return specs.SelectMany(Parts).Prepend(MetadataShape.Shape).Prepend(DocumentShape.Shape).Distinct();
    }

    private static IEnumerable<Shape> Parts(FieldType type) => type switch
    {
        FieldType.Part part => part.Shape.Fields.SelectMany(f => Parts(f.Type)).Prepend(part.Shape),
        FieldType.Map map => Parts(map.Values),
        FieldType.List list => Parts(list.Items),
        FieldType.Either either => either.Types.SelectMany(Parts),
        _ => [],
    };

    private static void WriteShape(Utf8JsonWriter writer, Shape shape, bool isRoot)
    {
        writer.WriteString("description", shape.Description);
        writer.WriteString("type", "object");
        WriteNames(writer, "required", shape.Fields.Where(f => f.IsRequired));
        writer.WriteStartObject("properties");
        foreach (var field in shape.Fields)
        {
            writer.WriteStartObject(field.Name);
            writer.WriteString("description", Describe(field));
            if (field.Gate is Gate.Blocked)
            {
                WriteNested(writer, ["not"], () => { });
            }
            else if (isRoot && field == DocumentShape.Kind)
            {
                writer.WriteStartArray("enum");
                foreach (var kind in DocumentKind.All.Where(k => k.Spec is not null))
                {
                    writer.WriteStringValue(kind.Name);
                }

                writer.WriteEndArray();
            }
            else
            {
                WriteType(writer, field.Type);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteBoolean("additionalProperties", false);
        WriteChoice(writer, shape);
    }

    private static void WriteChoice(Utf8JsonWriter writer, Shape shape)
    {
        if (shape.OneOf.IsEmpty)
        {
            return;
        }

        writer.WriteStartArray("oneOf");
        foreach (var field in shape.OneOf)
        {
            writer.WriteStartObject();
            WriteNames(
                writer, "required", shape.Needs.Where(n => n.Given == field).SelectMany(n => n.Needed).Prepend(field));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (shape.Exclusions.IsEmpty)
        {
            return;
        }

        writer.WriteStartObject("dependentSchemas");
        foreach (var (given, withoutEffect) in shape.Exclusions)
        {
            WriteNested(writer, [given.Name, "properties"], () =>
            {
                foreach (var field in withoutEffect)
                {
                    writer.WriteBoolean(field.Name, false);
                }
            });
        }

        writer.WriteEndObject();
    }

    private static void WriteType(Utf8JsonWriter writer, FieldType type)
    {
        switch (type)
        {
            case FieldType.Text text:
                WriteText(writer, text.Rule);
                break;
            case FieldType.TextTemplate:
                writer.WriteString("type", "string");
                break;
            case FieldType.Template:
                break;
            case FieldType.Condition:
                WriteKinds(writer, "string", "boolean");
                break;
            case FieldType.Integer whole:
                writer.WriteString("type", "integer");
                writer.WriteNumber("minimum", whole.Min);
                writer.WriteNumber("maximum", whole.Max);
                break;
            case FieldType.Number number:
                writer.WriteString("type", "number");
                writer.WriteNumber("minimum", number.Min);
                writer.WriteNumber("maximum", number.Max);
                break;
            case FieldType.JsonSchema or FieldType.SchemaOrName:
                WriteKinds(writer, "object", "boolean");
                break;
            case FieldType.Part part:
                writer.WriteString("$ref", $"#/$defs/{Key(part.Shape)}");
                break;
            case FieldType.Map map:
                WriteMap(writer, map);
                break;
            case FieldType.List list:
                writer.WriteString("type", "array");
                if (list.IsFilled)
                {
                    writer.WriteNumber("minItems", 1);
                }

                WriteNested(writer, ["items"], () => WriteType(writer, list.Items));
                break;
            case FieldType.Either either:
                WriteEither(writer, either);
                break;
            default:
                throw new System.Diagnostics.UnreachableException(type.ToString());
        }
    }

    private static void WriteText(Utf8JsonWriter writer, TextRule rule)
    {
        writer.WriteString("type", "string");
        if (rule.Pattern is { } pattern)
        {
            writer.WriteString("pattern", pattern);
        }
    }

    private static void WriteMap(Utf8JsonWriter writer, FieldType.Map map)
    {
        writer.WriteString("type", "object");
        if (map.IsFilled)
        {
            writer.WriteNumber("minProperties", 1);
        }

        WriteNested(writer, ["propertyNames"], () => WriteText(writer, map.Names));
        WriteNested(writer, ["additionalProperties"], () => WriteType(writer, map.Values));
    }

    private static void WriteEither(Utf8JsonWriter writer, FieldType.Either either)
    {
        writer.WriteStartArray("oneOf");
        foreach (var type in either.Types)
        {
            writer.WriteStartObject();
            WriteType(writer, type);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteKinds(Utf8JsonWriter writer, params ReadOnlySpan<string> kinds)
    {
        writer.WriteStartArray("type");
        foreach (var kind in kinds)
        {
            writer.WriteStringValue(kind);
        }

        writer.WriteEndArray();
    }

    private static void WriteNames(Utf8JsonWriter writer, string property, IEnumerable<Field> fields)
    {
        var names = fields.Select(f => f.Name).ToArray();
        if (names.Length == 0)
        {
            return;
        }

        writer.WriteStartArray(property);
        foreach (var name in names)
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
    }

    private static void WriteNested(Utf8JsonWriter writer, ReadOnlySpan<string> names, Action write)
    {
        foreach (var name in names)
        {
            writer.WriteStartObject(name);
        }

        write();
        for (var i = 0; i < names.Length; i++)
        {
            writer.WriteEndObject();
        }
    }

    private static string Describe(Field field) => field.Gate switch
    {
        Gate.Blocked => $"Not in this version: {field.Description}.",
        Gate.Experimental => $"Experimental: {field.Description}",
        _ => field.Description,
    };

    private static string Key(Shape shape) => shape.Name.Replace(' ', '_');
}
