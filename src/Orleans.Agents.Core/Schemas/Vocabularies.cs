namespace Orleans.Agents.Schemas;

/// <summary>The groups of keywords that a dialect may have or lack.</summary>
[Flags]
internal enum Vocabularies
{
    None = 0,
    Core = 1,
    Applicator = 2,
    Unevaluated = 4,
    Validation = 8,
    Annotation = 16,
    All = Core | Applicator | Unevaluated | Validation | Annotation,
}

/// <summary>Where the value of a keyword has schemas in it.</summary>
internal enum Holding
{
    Nothing,
    Schema,
    ListOfSchemas,
    MapOfSchemas,
}

/// <summary>A word that means something in a schema.</summary>
internal sealed record Keyword(string Name, Vocabularies Vocabulary, Holding Holding = Holding.Nothing);

/// <summary>Every keyword of JSON Schema 2020-12.</summary>
internal static class Keywords
{
    /// <summary>The dialect this is, and the metaschema of it.</summary>
    public const string Dialect = "https://json-schema.org/draft/2020-12/schema";

    private static readonly Dictionary<string, Keyword> ByName = new[]
    {
        Core("$schema"), Core("$id"), Core("$ref"), Core("$anchor"), Core("$dynamicRef"), Core("$dynamicAnchor"),
        Core("$vocabulary"), Core("$comment"), new("$defs", Vocabularies.Core, Holding.MapOfSchemas),
        Applicator("allOf", Holding.ListOfSchemas), Applicator("anyOf", Holding.ListOfSchemas),
        Applicator("oneOf", Holding.ListOfSchemas), Applicator("not", Holding.Schema),
        Applicator("if", Holding.Schema), Applicator("then", Holding.Schema), Applicator("else", Holding.Schema),
        Applicator("dependentSchemas", Holding.MapOfSchemas), Applicator("prefixItems", Holding.ListOfSchemas),
        Applicator("items", Holding.Schema), Applicator("contains", Holding.Schema),
        Applicator("properties", Holding.MapOfSchemas), Applicator("patternProperties", Holding.MapOfSchemas),
        Applicator("additionalProperties", Holding.Schema), Applicator("propertyNames", Holding.Schema),
        new("unevaluatedItems", Vocabularies.Unevaluated, Holding.Schema),
        new("unevaluatedProperties", Vocabularies.Unevaluated, Holding.Schema),
        Validation("type"), Validation("const"), Validation("enum"), Validation("multipleOf"), Validation("maximum"),
        Validation("exclusiveMaximum"), Validation("minimum"), Validation("exclusiveMinimum"), Validation("maxLength"),
        Validation("minLength"), Validation("pattern"), Validation("maxItems"), Validation("minItems"),
        Validation("uniqueItems"), Validation("maxContains"), Validation("minContains"), Validation("maxProperties"),
        Validation("minProperties"), Validation("required"), Validation("dependentRequired"),
        Annotation("title"), Annotation("description"), Annotation("default"), Annotation("deprecated"),
        Annotation("readOnly"), Annotation("writeOnly"), Annotation("examples"), Annotation("format"),
        Annotation("contentEncoding"), Annotation("contentMediaType"),
        new("contentSchema", Vocabularies.Annotation, Holding.Schema),
    }.ToDictionary(keyword => keyword.Name, StringComparer.Ordinal);

    // What older drafts called them.
    private static readonly Dictionary<string, string> Renamed = new(StringComparer.Ordinal)
    {
        ["id"] = "$id",
        ["definitions"] = "$defs",
        ["additionalItems"] = "items",
        ["dependencies"] = "dependentRequired",
        ["$recursiveRef"] = "$dynamicRef",
        ["$recursiveAnchor"] = "$dynamicAnchor",
        ["example"] = "examples",
    };

    /// <summary>Looks a keyword up; null when there is none of that name.</summary>
    public static Keyword? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The keyword that was probably meant.</summary>
    public static string? Suggest(string name) =>
        Renamed.GetValueOrDefault(name) ?? Spelling.Nearest(name, ByName.Keys);

    private static Keyword Core(string name) => new(name, Vocabularies.Core);

    private static Keyword Applicator(string name, Holding holding) => new(name, Vocabularies.Applicator, holding);

    private static Keyword Validation(string name) => new(name, Vocabularies.Validation);

    private static Keyword Annotation(string name) => new(name, Vocabularies.Annotation);
}
