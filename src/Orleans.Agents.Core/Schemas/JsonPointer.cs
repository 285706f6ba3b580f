using System.Text.Json;

namespace Orleans.Agents.Schemas;

/// <summary>Reads and writes JSON pointers (RFC 6901).</summary>
internal static class JsonPointer
{
    /// <summary>A name as it stands in a pointer.</summary>
    public static string Escape(string name) =>
        name.AsSpan().IndexOfAny('~', '/') < 0
            ? name
            : name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>The name that a pointer's token stands for.</summary>
    public static string Unescape(string token) =>
        token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);

    /// <summary>Goes one token down into a value.</summary>
    public static bool TryStep(JsonElement from, string token, out JsonElement to)
    {
        switch (from.ValueKind)
        {
            case JsonValueKind.Object:
                return from.TryGetProperty(Unescape(token), out to);
            case JsonValueKind.Array when IsIndex(token, out var index) && index < from.GetArrayLength():
                to = from[index];
                return true;
            default:
                to = default;
                return false;
        }
    }

    private static bool IsIndex(string token, out int index)
    {
        index = 0;
        return token.Length is > 0 and < 10
            && token.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0
            && (token.Length == 1 || token[0] != '0')
            && int.TryParse(token, out index);
    }
}
