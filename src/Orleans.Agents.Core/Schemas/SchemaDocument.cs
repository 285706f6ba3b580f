using System.Text.Json;
using Orleans.Agents.Values;

namespace Orleans.Agents.Schemas;

/// <summary>
/// A schema document, read and searched for identities once: every <c>$id</c>, <c>$anchor</c> and
/// <c>$dynamicAnchor</c> at a place where a schema may stand.
/// </summary>
internal sealed class SchemaDocument
{
    private static readonly JsonDocumentOptions Strict = new()
    {
        MaxDepth = Payload.MaxDepth,
        AllowDuplicateProperties = false,
    };

    private readonly Dictionary<string, SchemaResource> byPointer = new(StringComparer.Ordinal);

    private SchemaDocument(string uri, Payload source)
    {
        Uri = uri;
        Source = source;
    }

    /// <summary>The URI under which it was handed over.</summary>
    public string Uri { get; }

    public Payload Source { get; }

    public JsonElement Content { get; private init; }

    /// <summary>Why it cannot be read; then it has no content.</summary>
    public string? Problem { get; private init; }

    /// <summary>The resources in it, outer before inner, the root first.</summary>
    public List<SchemaResource> Resources { get; } = [];

    /// <summary>Every schema in it, outer before inner.</summary>
    public List<SchemaPlace> Schemas { get; } = [];

    /// <summary>Identities that were given twice, with the place of the second.</summary>
    public List<(string Pointer, string Identity)> Duplicates { get; } = [];

    public SchemaResource Root => Resources[0];

    public static SchemaDocument Read(string uri, Payload source)
    {
        if (!TryParse(source, out var content, out var problem))
        {
            return new SchemaDocument(uri, source) { Problem = problem };
        }

        var document = new SchemaDocument(uri, source) { Content = content };
        var dialect = DialectOf(content) ?? Keywords.Dialect;
        document.Add(new SchemaResource(document, RootUri(uri, content), "", content, dialect));
        document.Visit(content, "", document.Root);
        return document;
    }

    /// <summary>The resource that begins at a place, or the one around it.</summary>
    public SchemaResource ResourceAt(string pointer, SchemaResource around) =>
        byPointer.GetValueOrDefault(pointer, around);

    private static bool TryParse(Payload source, out JsonElement content, out string? problem)
    {
        content = default;
        try
        {
            // Names and text are read here once, so that nothing after this meets one that is not Unicode.
            var reader = new Utf8JsonReader(source.Utf8.Span, new JsonReaderOptions { MaxDepth = Payload.MaxDepth });
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String)
                {
                    _ = reader.GetString();
                }
            }

            using var document = JsonDocument.Parse(source.Utf8, Strict);
            content = document.RootElement.Clone();
            problem = null;
            return true;
        }
        catch (JsonException broken)
        {
            problem = broken.Message;
            return false;
        }
        catch (InvalidOperationException notUnicode)
        {
            problem = notUnicode.Message;
            return false;
        }
    }

    private static string RootUri(string uri, JsonElement content) =>
        IdOf(content) is { } id ? SchemaUri.Resolve(uri, id) : uri;

    // An ill-typed identity is none; the compiler says what is wrong with it.
    private static string? IdOf(JsonElement schema) =>
        TextOf(schema, "$id") is { } id && SchemaUri.Split(id) is (var address, "") && address.Length > 0
            ? address
            : null;

    private static string? DialectOf(JsonElement schema) =>
        TextOf(schema, "$schema") is { } dialect ? dialect.TrimEnd('#') : null;

    private static string? TextOf(JsonElement schema, string keyword) =>
        schema.ValueKind == JsonValueKind.Object
        && schema.TryGetProperty(keyword, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private void Add(SchemaResource resource)
    {
        if (Resources.Exists(known => known.Uri == resource.Uri))
        {
            Duplicates.Add((resource.Pointer, resource.Uri));
        }

        Resources.Add(resource);
        byPointer.Add(resource.Pointer, resource);
    }

    private void Visit(JsonElement schema, string pointer, SchemaResource around)
    {
        var resource = around;
        if (pointer.Length > 0 && IdOf(schema) is { } id)
        {
            var uri = SchemaUri.Resolve(around.Uri, id);
            resource = new SchemaResource(this, uri, pointer, schema, DialectOf(schema) ?? around.Dialect);
            Add(resource);
        }

        Schemas.Add(new SchemaPlace(resource, pointer, schema));
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        AddAnchor(resource, TextOf(schema, "$anchor"), pointer);
        var dynamicAnchor = TextOf(schema, "$dynamicAnchor");
        AddAnchor(resource, dynamicAnchor, pointer);
        if (dynamicAnchor is not null)
        {
            resource.DynamicAnchors[dynamicAnchor] = pointer;
        }

        foreach (var property in schema.EnumerateObject())
        {
            VisitInside(property, $"{pointer}/{JsonPointer.Escape(property.Name)}", resource);
        }
    }

    private void AddAnchor(SchemaResource resource, string? name, string pointer)
    {
        if (name is not null && !resource.Anchors.TryAdd(name, pointer) && resource.Anchors[name] != pointer)
        {
            Duplicates.Add((pointer, $"{resource.Uri}#{name}"));
        }
    }

    private void VisitInside(JsonProperty property, string pointer, SchemaResource resource)
    {
        switch (Keywords.Find(property.Name)?.Holding, property.Value.ValueKind)
        {
            case (Holding.Schema, _):
                Visit(property.Value, pointer, resource);
                break;
            case (Holding.ListOfSchemas, JsonValueKind.Array):
                var index = 0;
                foreach (var item in property.Value.EnumerateArray())
                {
                    Visit(item, $"{pointer}/{index++}", resource);
                }

                break;
            case (Holding.MapOfSchemas, JsonValueKind.Object):
                foreach (var entry in property.Value.EnumerateObject())
                {
                    Visit(entry.Value, $"{pointer}/{JsonPointer.Escape(entry.Name)}", resource);
                }

                break;
            default:
                break;
        }
    }
}
