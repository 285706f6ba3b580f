using System.Text;
using Orleans.Agents.Schemas;
using Orleans.Agents.Values;

namespace Orleans.Agents.Core.Tests.Schemas;

public sealed class SchemaFuzzTests
{
    private const int Pairs = 20_000;

    private static readonly string[] Keywords =
    [
        "type", "const", "enum", "minLength", "maxLength", "pattern", "minimum", "exclusiveMaximum", "multipleOf",
        "minItems", "uniqueItems", "required", "properties", "patternProperties", "additionalProperties",
        "propertyNames", "dependentRequired", "dependentSchemas", "prefixItems", "items", "contains", "minContains",
        "maxContains", "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "$ref", "$dynamicRef", "$anchor",
        "$dynamicAnchor", "$id", "$defs", "unevaluatedItems", "unevaluatedProperties", "typ", "$schema",
    ];

    private static readonly string[] Atoms =
    [
        "null", "true", "false", "0", "1", "-1", "2.0", "1e400", "0.1", "1e-5", "123456789012345678901", "\"\"",
        "\"a\"",
        "\"b\"", "\"#\"", "\"#a\"", "\"#/$defs/a\"", "\"a\"", "\"string\"", "\"object\"", "\"array\"", "\"number\"",
        "\"\\ud800\"", "\"\\ud83d\\ude00\"", "\"^a*$\"", "\"(a)\\\\1\"", "\"[\"", "\"urn:x\"", "[]", "{}",
        "[\"a\",\"b\"]",
    ];

    /// <summary>
    /// Schemas that are mostly well formed, values that mostly come near them, and both damaged now and then. Nothing
    /// may throw, and an answer comes with its reasons.
    /// </summary>
    [Fact]
    public void Whatever_the_schema_and_the_value_are_nothing_throws()
    {
        var chance = new Random(2020_12);
        var compiled = 0;
        var valid = 0;
        for (var pair = 0; pair < Pairs; pair++)
        {
            var document = Damage(chance, DrawSchema(chance, 3));
            var instance = Damage(chance, DrawValue(chance, 3));
            if (document is not { } source || instance is not { } value)
            {
                continue;
            }

            var isThere = Schema.TryCompile(source, SchemaRegistry.Empty, out var schema, out var errors);
            Assert.Equal(isThere, errors.IsEmpty);
            if (isThere)
            {
                compiled++;
                var result = schema!.Validate(value);
                valid += result.IsValid ? 1 : 0;
                Assert.Equal(result.IsValid, result.Violations.IsEmpty);
                Assert.InRange(result.Violations.Length, 0, SchemaResult.MaxViolations);
            }
        }

        // A fuzz that only ever meets broken schemas, or only one answer, would prove nothing.
        Assert.InRange(compiled, Pairs / 4, Pairs);
        Assert.InRange(valid, compiled / 10, compiled * 9 / 10);
    }

    // One byte in some texts becomes another; what is no JSON any more is not a payload.
    private static Payload? Damage(Random chance, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (chance.Next(8) == 0)
        {
            bytes[chance.Next(bytes.Length)] = (byte)chance.Next(256);
        }

        return Payload.TryParse(bytes, out var payload, out _) ? payload : null;
    }

    private static string DrawSchema(Random chance, int depth)
    {
        if (depth == 0 || chance.Next(8) == 0)
        {
            return chance.Next(4) switch
            {
                0 => "true",
                1 => "false",
                _ => "{}",
            };
        }

        var keywords = new SortedSet<string>(StringComparer.Ordinal);
        for (var count = chance.Next(1, 5); count > 0; count--)
        {
            _ = keywords.Add(Keywords[chance.Next(Keywords.Length)]);
        }

        var members = keywords.Select(keyword => $"\"{keyword}\":{DrawKeyword(chance, keyword, depth - 1)}");
        return $"{{{string.Join(',', members)}}}";
    }

    private static string DrawKeyword(Random chance, string keyword, int depth)
    {
        if (chance.Next(60) == 0)
        {
            return Pick(chance, Atoms);
        }

        return keyword switch
        {
            "type" => Pick(chance, "\"string\"", "\"object\"", "\"array\"", "[\"integer\",\"null\"]", "\"number\""),
            "const" => DrawValue(chance, depth),
            "enum" => $"[{DrawValue(chance, 1)},{DrawValue(chance, 1)}]",
            "pattern" => Pick(chance, "\"^a*$\"", "\"(a)\\\\1\"", "\"\\\\ud83d\"", "\"[^a]\""),
            "minLength" or "maxLength" or "minItems" or "minContains" or "maxContains" =>
                Pick(chance, "0", "1", "2", "3.0"),
            "minimum" or "exclusiveMaximum" or "multipleOf" => Pick(chance, "1", "0.1", "1e400", "3"),
            "uniqueItems" => "true",
            "required" => Pick(chance, "[]", "[\"a\"]", "[\"a\",\"b\"]"),
            "dependentRequired" => "{\"a\":[\"b\"]}",
            "properties" or "$defs" or "dependentSchemas" =>
                $"{{\"a\":{DrawSchema(chance, depth)},\"b\":{DrawSchema(chance, depth)}}}",
            "patternProperties" => $"{{\"^a\":{DrawSchema(chance, depth)}}}",
            "prefixItems" or "allOf" or "anyOf" or "oneOf" =>
                $"[{DrawSchema(chance, depth)},{DrawSchema(chance, depth)}]",
            "$ref" or "$dynamicRef" => Pick(chance, "\"#\"", "\"#/$defs/a\"", "\"#a\"", "\"urn:x\""),
            "$anchor" or "$dynamicAnchor" => "\"a\"",
            "$id" => "\"urn:x\"",
            "$schema" => "\"https://json-schema.org/draft/2020-12/schema\"",
            _ => DrawSchema(chance, depth),
        };
    }

    private static string DrawValue(Random chance, int depth)
    {
        if (depth == 0 || chance.Next(4) == 0)
        {
            return Pick(chance, Atoms);
        }

        var count = chance.Next(4);
        var items = Enumerable.Range(0, count).Select(_ => DrawValue(chance, depth - 1)).ToList();
        return chance.Next(2) == 0
            ? $"[{string.Join(',', items)}]"
            : $"{{{string.Join(',', items.Select((item, i) => $"\"{(char)('a' + i)}\":{item}"))}}}";
    }

    private static string Pick(Random chance, params string[] choices) => choices[chance.Next(choices.Length)];
}
