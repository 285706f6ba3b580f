using Orleans.Agents.Definitions.Sources;

namespace Orleans.Agents.Definitions.Checks;

/// <summary>The members a schema speaks of, where it says all there is to say about them.</summary>
internal static class DeclaredProperties
{
    private static readonly string[] OtherWords =
        ["$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "if", "patternProperties", "dependentSchemas", "not"];

    /// <summary>The names in ordinal order; null where the schema leaves them open.</summary>
    public static string[]? Of(Node schema)
    {
        var isClosed = schema.Find("additionalProperties") is { Kind: NodeKind.Boolean, Text: "false" };
        var properties = schema.Find("properties");
        return OtherWords.Any(w => schema.Find(w) is not null) || (properties is null && !isClosed)
            ? null
            : [.. (properties?.Members ?? []).Select(m => m.Name).Order(StringComparer.Ordinal)];
    }
}
