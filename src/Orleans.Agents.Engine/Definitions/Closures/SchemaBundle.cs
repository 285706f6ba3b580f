using System.Text.Json;
using Orleans.Agents.Schemas;
using Orleans.Agents.Values;

namespace Orleans.Agents.Definitions.Closures;

/// <summary>
/// Makes one document of a schema and the named ones it refers to, for readers that know no names of ours.
/// </summary>
internal static class SchemaBundle
{
    /// <summary>
    /// The schema itself where it refers to none; else a copy with those it needs under <c>$defs</c>. A schema whose
    /// <c>$defs</c> has such a name already is left as it is.
    /// </summary>
    public static Payload Of(Payload schema, SchemaRegistry registry)
    {
        var needed = new SortedDictionary<string, Payload>(StringComparer.Ordinal);
        Collect(schema, registry, needed);
        using var document = JsonDocument.Parse(
            schema.Utf8, new JsonDocumentOptions { MaxDepth = CanonicalJson.MaxDepth });
        var root = document.RootElement;
        var isTaken = root.ValueKind is JsonValueKind.Object
            && root.TryGetProperty("$defs", out var own)
            && own.ValueKind is JsonValueKind.Object
            && needed.Keys.Any(n => own.TryGetProperty(n, out _));
        return needed.Count == 0 || isTaken ? schema : CanonicalJson.Write(writer => WriteRoot(writer, root, needed));
    }

    private static void Collect(Payload schema, SchemaRegistry registry, SortedDictionary<string, Payload> needed)
    {
        using var document = JsonDocument.Parse(
            schema.Utf8, new JsonDocumentOptions { MaxDepth = CanonicalJson.MaxDepth });
        foreach (var reference in References(document.RootElement))
        {
            var name = reference.Split('#')[0];
            if (name.Length > 0 && !needed.ContainsKey(name) && registry.TryGet(name, out var found))
            {
                needed.Add(name, found);
                Collect(found, registry, needed);
            }
        }
    }

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(m =>
            IsReference(m) ? [m.Value.GetString()!] : References(m.Value)),
        _ => [],
    };

    private static void WriteRoot(Utf8JsonWriter writer, JsonElement root, SortedDictionary<string, Payload> needed)
    {
        writer.WriteStartObject();
        foreach (var member in root.EnumerateObject().Where(m => m.Name != "$defs"))
        {
            Write(writer, member, needed, string.Empty);
        }

        writer.WriteStartObject("$defs");
        if (root.TryGetProperty("$defs", out var own))
        {
            foreach (var member in own.EnumerateObject())
            {
                Write(writer, member, needed, string.Empty);
            }
        }

        foreach (var (name, schema) in needed)
        {
            using var document = JsonDocument.Parse(
                schema.Utf8, new JsonDocumentOptions { MaxDepth = CanonicalJson.MaxDepth });
            writer.WritePropertyName(name);
            Write(writer, document.RootElement, needed, name);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void Write(
        Utf8JsonWriter writer, JsonElement element, SortedDictionary<string, Payload> needed, string home)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject())
                {
                    Write(writer, member, needed, home);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                {
                    Write(writer, item, needed, home);
                }

                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    private static void Write(
        Utf8JsonWriter writer, JsonProperty member, SortedDictionary<string, Payload> needed, string home)
    {
        writer.WritePropertyName(member.Name);
        if (IsReference(member))
        {
            writer.WriteStringValue(Moved(member.Value.GetString()!, needed, home));
        }
        else
        {
            Write(writer, member.Value, needed, home);
        }
    }

    // A named schema's own `#/…` now begins below its place in `$defs`.
    private static string Moved(string reference, SortedDictionary<string, Payload> needed, string home)
    {
        var parts = reference.Split('#', 2);
        var name = parts[0].Length == 0 ? home : parts[0];
        var fragment = parts.Length > 1 ? parts[1] : string.Empty;
        return name.Length > 0 && needed.ContainsKey(name) && (fragment.Length == 0 || fragment[0] == '/')
            ? $"#/$defs/{name}{fragment}"
            : reference;
    }

    private static bool IsReference(JsonProperty member) =>
        member.Name == "$ref" && member.Value.ValueKind is JsonValueKind.String;
}
