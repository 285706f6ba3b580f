using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Orleans.Agents.Definitions.Sources;
using Orleans.Agents.Values;

namespace Orleans.Agents.Definitions;

/// <summary>
/// The one way to write a value: compact, members sorted by their UTF-16 code units, numbers as they came, letters as
/// themselves. How a definition is laid out leaves no trace in it.
/// </summary>
internal static class CanonicalJson
{
    /// <summary>How deep what is read back may nest: a document and the closure around it.</summary>
    public const int MaxDepth = 2 * Limits.Depth;

    public static Payload Of(Node node) => Write(writer => Write(writer, node));

    public static Payload Of(JsonElement element) => Write(writer => Write(writer, element));

    /// <summary>Runs some writing and gives what was written.</summary>
    public static Payload Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonText.Writing with { MaxDepth = MaxDepth + 1 }))
        {
            write(writer);
        }

        return Payload.FromTrusted(buffer.WrittenMemory);
    }

    private static void Write(Utf8JsonWriter writer, Node node)
    {
        switch (node.Kind)
        {
            case NodeKind.Text:
                writer.WriteStringValue(node.Text);
                break;
            case NodeKind.List:
                writer.WriteStartArray();
                foreach (var item in node.Items)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case NodeKind.Map:
                writer.WriteStartObject();
                foreach (var member in node.Members.OrderBy(m => m.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value);
                }

                writer.WriteEndObject();
                break;
            default:
                writer.WriteRawValue(node.Text, skipInputValidation: true);
                break;
        }
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                writer.WriteStringValue(element.GetString());
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value);
                }

                writer.WriteEndObject();
                break;
            default:
                writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(element), skipInputValidation: true);
                break;
        }
    }
}
