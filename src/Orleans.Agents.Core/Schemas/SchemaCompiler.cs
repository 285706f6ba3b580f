using System.Text.Json;

namespace Orleans.Agents.Schemas;

/// <summary>
/// Turns a document and all it refers to into <see cref="Subschema"/>s. Every schema of the document is compiled, in
/// use or not, so that a mistake does not wait for the value that meets it.
/// </summary>
internal sealed class SchemaCompiler(SchemaDocument main, SchemaRegistry registry)
{
    private const int MaxErrors = 100;

    private readonly SchemaLibrary library = new(main, registry);
    private readonly Dictionary<(SchemaDocument, string), Subschema> compiled = [];
    private readonly Queue<(Subschema Subschema, SchemaPlace Place)> pending = new();
    private readonly Dictionary<string, Dictionary<SchemaResource, Subschema>> anchored = new(StringComparer.Ordinal);
    private readonly Dictionary<SchemaResource, Vocabularies> entered = [];

    public SchemaLibrary Library => library;

    public List<SchemaError> Errors { get; } = [];

    public List<SchemaError> Warnings { get; } = [];

    /// <summary>Compiles the document; the answer counts only if there are no errors.</summary>
    public Subschema Compile()
    {
        foreach (var (pointer, identity) in main.Duplicates)
        {
            var message = $"'{SchemaUri.Display(identity)}' is used for another place of this document already";
            Report(SchemaErrorCodes.DuplicateIdentifier, PathOf(main, pointer), message, "an identity of its own");
        }

        var root = At(main.Schemas[0]);
        foreach (var place in main.Schemas)
        {
            _ = At(place);
        }

        while (pending.TryDequeue(out var next))
        {
            Build(next.Subschema, next.Place);
        }

        if (ReferenceCycle.Find(compiled.Values) is { } cycle)
        {
            var round = string.Join(" -> ", cycle.Append(cycle[0]).Select(ShowPath));
            Report(
                SchemaErrorCodes.CircularReference,
                cycle[0].Path,
                $"the schema applies itself to the same value: {round}",
                "a reference that goes into the value before it comes back, by 'properties' or 'items' for instance");
        }

        return root;
    }

    /// <summary>The compiled schema of a place. Its rules may not be there yet.</summary>
    public Subschema At(SchemaPlace place)
    {
        var key = (place.Document, place.Pointer);
        if (!compiled.TryGetValue(key, out var subschema))
        {
            subschema = new Subschema(PathOf(place.Document, place.Pointer), place.Resource);
            compiled.Add(key, subschema);
            pending.Enqueue((subschema, place));
        }

        return subschema;
    }

    /// <summary>The schemas with a dynamic anchor of some name, by resource; grows as more are reached.</summary>
    public Dictionary<SchemaResource, Subschema> Anchored(string name)
    {
        if (!anchored.TryGetValue(name, out var schemas))
        {
            anchored.Add(name, schemas = []);
        }

        return schemas;
    }

    public void Report(string code, string path, string message, string expected, string? suggestion = null)
    {
        if (Errors.Count < MaxErrors)
        {
            Errors.Add(new SchemaError(code, path, message, expected, suggestion));
        }
    }

    public void Warn(string code, string path, string message, string expected, string? suggestion)
    {
        if (Warnings.Count < MaxErrors)
        {
            Warnings.Add(new SchemaError(code, path, message, expected, suggestion));
        }
    }

    private static string ShowPath(Subschema subschema) => subschema.Path.Length == 0 ? "#" : $"#{subschema.Path}";

    private string PathOf(SchemaDocument document, string pointer) =>
        document == main ? pointer : $"{SchemaUri.Display(document.Uri)}#{pointer}";

    private void Build(Subschema subschema, SchemaPlace place)
    {
        var vocabularies = Enter(place.Resource);
        switch (place.Content.ValueKind)
        {
            case JsonValueKind.True or JsonValueKind.False:
                subschema.Always = place.Content.ValueKind == JsonValueKind.True;
                break;
            case JsonValueKind.Object:
                WarnOfUnknown(subschema, place);
                subschema.Demand(new RuleAssembly(new KeywordReader(this, subschema, place, vocabularies)).Assemble());
                break;
            default:
                RefuseAsSchema(subschema, place);
                break;
        }
    }

    private void RefuseAsSchema(Subschema subschema, SchemaPlace place)
    {
        var message = $"a schema stands here, and it is {Shown.WithKind(place.Content)}";
        var isOldItems = place.Content.ValueKind == JsonValueKind.Array
            && place.Pointer.EndsWith("/items", StringComparison.Ordinal);
        var (expected, suggestion) = isOldItems
            ? ("one schema for all items; schemas by position are 'prefixItems'", "prefixItems")
            : ("an object, true or false", null);
        Report(SchemaErrorCodes.NotASchema, subschema.Path, message, expected, suggestion);
    }

    // The first time a resource is reached: from now on its dynamic anchors can be meant, and its dialect matters.
    private Vocabularies Enter(SchemaResource resource)
    {
        if (entered.TryGetValue(resource, out var vocabularies))
        {
            return vocabularies;
        }

        vocabularies = SchemaDialect.Find(resource.Dialect, library, out var problem);
        var path = $"{PathOf(resource.Document, resource.Pointer)}/$schema";
        if (vocabularies == Vocabularies.None)
        {
            var expected = "JSON Schema 2020-12, or a registered dialect of it";
            Report(SchemaErrorCodes.UnknownDialect, path, problem, expected, Keywords.Dialect);
            vocabularies = Vocabularies.All;
        }
        else if (SchemaDialect.IsOlderDraft(resource.Dialect))
        {
            var message = $"'{resource.Dialect}' is read as JSON Schema 2020-12";
            Warn(SchemaErrorCodes.OlderDialect, path, message, "JSON Schema 2020-12", Keywords.Dialect);
        }

        entered.Add(resource, vocabularies);
        foreach (var (name, pointer) in resource.DynamicAnchors)
        {
            Anchored(name)[resource] = At(resource.Document.Schemas.Find(place => place.Pointer == pointer));
        }

        return vocabularies;
    }

    private void WarnOfUnknown(Subschema subschema, SchemaPlace place)
    {
        foreach (var property in place.Content.EnumerateObject())
        {
            if (Keywords.Find(property.Name) is null && !property.Name.StartsWith("x-", StringComparison.Ordinal))
            {
                var path = $"{subschema.Path}/{JsonPointer.Escape(property.Name)}";
                var message = $"'{property.Name}' is not a keyword of JSON Schema 2020-12 and has no effect";
                var expected = "a keyword, or a name that begins with 'x-'";
                Warn(SchemaErrorCodes.UnknownKeyword, path, message, expected, Keywords.Suggest(property.Name));
            }
        }
    }
}
