using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Orleans.Agents.Schemas.Patterns;

namespace Orleans.Agents.Schemas;

/// <summary>
/// Reads the keywords of one schema. A keyword that is absent, outside the dialect or of the wrong kind reads as null;
/// the last is reported.
/// </summary>
internal sealed class KeywordReader(
    SchemaCompiler compiler,
    Subschema subschema,
    SchemaPlace place,
    Vocabularies vocabularies)
{
    public SchemaCompiler Compiler => compiler;

    public Subschema Subschema => subschema;

    public SchemaPlace Place => place;

    /// <summary>The value of a keyword, of whatever kind.</summary>
    public JsonElement? Any(string keyword) =>
        vocabularies.HasFlag(Keywords.Find(keyword)!.Vocabulary) && place.Content.TryGetProperty(keyword, out var value)
            ? value
            : null;

    public string? Text(string keyword)
    {
        if (Any(keyword) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString();
        }

        WrongValue(keyword, value, "a string", null);
        return null;
    }

    public bool? Flag(string keyword)
    {
        if (Any(keyword) is not { } value)
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        WrongValue(keyword, value, "true or false", null);
        return null;
    }

    public JsonElement? Number(string keyword)
    {
        if (Any(keyword) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number)
        {
            return value;
        }

        WrongValue(keyword, value, "a number", NumberIn(value));
        return null;
    }

    /// <summary>A whole number, not below zero.</summary>
    public long? Count(string keyword)
    {
        if (Any(keyword) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number)
        {
            var number = Schemas.Number.Read(JsonMarshal.GetRawUtf8Value(value));
            if (number.IsWhole && number.Sign >= 0)
            {
                return number.ToCount();
            }
        }

        WrongValue(keyword, value, "a whole number, not below zero", NumberIn(value));
        return null;
    }

    public ImmutableArray<JsonElement>? List(string keyword)
    {
        if (Any(keyword) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Array)
        {
            return [.. value.EnumerateArray()];
        }

        WrongValue(keyword, value, "an array", $"[{Shown.Text(value)}]");
        return null;
    }

    /// <summary>Names, each once.</summary>
    public ImmutableArray<string>? Names(string keyword) => Any(keyword) is { } value ? NamesIn(keyword, value) : null;

    /// <summary>Lists of names by name.</summary>
    public ImmutableArray<(string Name, ImmutableArray<string> Names)> NamesByName(string keyword)
    {
        var lists = ImmutableArray.CreateBuilder<(string, ImmutableArray<string>)>();
        foreach (var entry in Entries(keyword, "an object of arrays of names"))
        {
            if (NamesIn($"{keyword}/{JsonPointer.Escape(entry.Name)}", entry.Value) is { } names)
            {
                lists.Add((entry.Name, names));
            }
        }

        return lists.ToImmutable();
    }

    public Subschema? Schema(string keyword) =>
        Any(keyword) is { } value ? compiler.At(place.Below(keyword, value)) : null;

    /// <summary>Schemas in a list that is not empty.</summary>
    public ImmutableArray<Subschema>? SchemaList(string keyword)
    {
        if (Any(keyword) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
        {
            WrongValue(keyword, value, "an array of at least one schema", null);
            return null;
        }

        var list = place.Below(keyword, value);
        return [.. value.EnumerateArray().Select((item, index) => compiler.At(list.Below(Say(index), item)))];
    }

    /// <summary>Schemas by name.</summary>
    public ImmutableArray<(string Name, Subschema Schema)> SchemaMap(string keyword)
    {
        var schemas = ImmutableArray.CreateBuilder<(string, Subschema)>();
        foreach (var entry in Entries(keyword, "an object of schemas"))
        {
            var map = place.Below(keyword, default);
            schemas.Add((entry.Name, compiler.At(map.Below(entry.Name, entry.Value))));
        }

        return schemas.ToImmutable();
    }

    /// <summary>An expression; the problem, if any, is reported at a place below the schema.</summary>
    public Pattern? Pattern(string at, string source)
    {
        if (Patterns.Pattern.TryRead(source, out var pattern, out var problem))
        {
            return pattern;
        }

        var message = $"'{source}' cannot be read: {problem}";
        var expected = "a regular expression of ECMAScript";
        compiler.Report(SchemaErrorCodes.BadPattern, $"{subschema.Path}/{at}", message, expected);
        return null;
    }

    /// <summary>Says that a keyword's value is not what it has to be.</summary>
    public void WrongValue(string at, JsonElement found, string expected, string? suggestion)
    {
        var message = $"'{at}' is {Shown.WithKind(found)}";
        compiler.Report(SchemaErrorCodes.WrongValue, $"{subschema.Path}/{at}", message, expected, suggestion);
    }

    private static string Say(int index) => index.ToString(CultureInfo.InvariantCulture);

    // "3" for 3 is the mistake that YAML and people make.
    private static string? NumberIn(JsonElement value) =>
        value.ValueKind == JsonValueKind.String
        && long.TryParse(value.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number.ToString(CultureInfo.InvariantCulture)
            : null;

    private ImmutableArray<string>? NamesIn(string at, JsonElement value)
    {
        const string Expected = "an array of names, each once";
        if (value.ValueKind != JsonValueKind.Array)
        {
            WrongValue(at, value, Expected, value.ValueKind == JsonValueKind.String ? $"[{Shown.Text(value)}]" : null);
            return null;
        }

        var names = new List<string>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String || !known.Add(item.GetString()!))
            {
                WrongValue($"{at}/{Say(names.Count)}", item, Expected, null);
                return null;
            }

            names.Add(item.GetString()!);
        }

        return [.. names];
    }

    private ImmutableArray<JsonProperty> Entries(string keyword, string expected)
    {
        if (Any(keyword) is not { } value)
        {
            return [];
        }

        if (value.ValueKind == JsonValueKind.Object)
        {
            return [.. value.EnumerateObject()];
        }

        WrongValue(keyword, value, expected, null);
        return [];
    }
}
