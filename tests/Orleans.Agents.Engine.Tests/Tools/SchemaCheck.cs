using System.Text.Json;
using Orleans.Agents.Values;

namespace Orleans.Agents.Engine.Tests.Tools;

/// <summary>Holds a value against the part of JSON Schema that the tools' own schemas use.</summary>
internal static class SchemaCheck
{
    public static void Holds(Payload schema, JsonElement value) =>
        Assert.Null(Problem(JsonElement.Parse(schema.Utf8.Span), value, "$"));

    public static string? Problem(JsonElement schema, JsonElement value, string at)
    {
        if (schema.TryGetProperty("oneOf", out var cases)
            && cases.EnumerateArray().Count(one => Problem(one, value, at) is null) != 1)
        {
            return $"{at} is not exactly one of the cases";
        }

        if (schema.TryGetProperty("enum", out var names)
            && !names.EnumerateArray().Any(name => name.GetString() == value.GetString()))
        {
            return $"{at} is {value}, which is no case";
        }

        return (schema.TryGetProperty("type", out var type) && !IsType(type, value) ? $"{at} is no {type}" : null)
            ?? (value.ValueKind is JsonValueKind.Object ? ObjectProblem(schema, value, at) : null)
            ?? (value.ValueKind is JsonValueKind.Array && schema.TryGetProperty("items", out var items)
                ? value.EnumerateArray()
                    .Select((item, i) => Problem(items, item, $"{at}[{i}]"))
                    .FirstOrDefault(problem => problem is not null)
                : null);
    }

    private static string? ObjectProblem(JsonElement schema, JsonElement value, string at)
    {
        if (!schema.TryGetProperty("properties", out var properties))
        {
            return null;
        }

        var missing = schema.GetProperty("required").EnumerateArray()
            .FirstOrDefault(name => !value.TryGetProperty(name.GetString()!, out _));
        return missing.ValueKind is JsonValueKind.String
            ? $"{at} has no {missing}"
            : value.EnumerateObject()
                .Select(field => properties.TryGetProperty(field.Name, out var inner)
                    ? Problem(inner, field.Value, $"{at}.{field.Name}")
                    : $"{at} has an unknown {field.Name}")
                .FirstOrDefault(problem => problem is not null);
    }

    private static bool IsType(JsonElement type, JsonElement value) =>
        type.ValueKind is JsonValueKind.Array
            ? type.EnumerateArray().Any(one => IsType(one, value))
            : type.GetString() switch
            {
                "object" => value.ValueKind is JsonValueKind.Object,
                "array" => value.ValueKind is JsonValueKind.Array,
                "string" => value.ValueKind is JsonValueKind.String,
                "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
                "integer" => value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out _),
                _ => value.ValueKind is JsonValueKind.Null,
            };
}
