namespace Orleans.Agents.Schemas.Rules;

/// <summary>The types that <c>type</c> can name.</summary>
[Flags]
internal enum JsonTypes
{
    None = 0,
    Null = 1,
    Boolean = 2,
    Object = 4,
    Array = 8,
    Number = 16,
    String = 32,
    Integer = 64,
}

/// <summary>The types by name.</summary>
internal static class JsonTypeNames
{
    private static readonly (string Name, JsonTypes Type)[] ByName =
    [
        ("string", JsonTypes.String), ("number", JsonTypes.Number), ("integer", JsonTypes.Integer),
        ("object", JsonTypes.Object), ("array", JsonTypes.Array), ("boolean", JsonTypes.Boolean),
        ("null", JsonTypes.Null),
    ];

    // What the types are called elsewhere.
    private static readonly Dictionary<string, string> Elsewhere = new(StringComparer.OrdinalIgnoreCase)
    {
        ["int"] = "integer",
        ["long"] = "integer",
        ["float"] = "number",
        ["double"] = "number",
        ["decimal"] = "number",
        ["str"] = "string",
        ["text"] = "string",
        ["bool"] = "boolean",
        ["list"] = "array",
        ["map"] = "object",
        ["dict"] = "object",
        ["none"] = "null",
    };

    public static IEnumerable<string> All => ByName.Select(entry => entry.Name);

    public static IEnumerable<string> In(JsonTypes types) =>
        ByName.Where(entry => types.HasFlag(entry.Type)).Select(entry => entry.Name);

    /// <summary>Looks a type up; none when there is none of that name.</summary>
    public static JsonTypes Find(string name) =>
        ByName.FirstOrDefault(entry => string.Equals(entry.Name, name, StringComparison.Ordinal)).Type;

    /// <summary>The type that was probably meant.</summary>
    public static string? Suggest(string name) => Elsewhere.GetValueOrDefault(name) ?? Spelling.Nearest(name, All);
}
