using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Orleans.Agents.Schemas;

/// <summary>How values appear in messages: short, and with their kind.</summary>
internal static class Shown
{
    private const int LongestText = 60;
    private const int LongestList = 12;

    /// <summary>The kind and the text of a value: <c>the string "ab"</c>.</summary>
    public static string WithKind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => $"the object {Text(value)}",
        JsonValueKind.Array => $"the array {Text(value)}",
        JsonValueKind.String => $"the string {Text(value)}",
        JsonValueKind.Number => $"the number {Text(value)}",
        _ => Text(value),
    };

    /// <summary>The text of a value, cut where it gets long.</summary>
    public static string Text(JsonElement value) => Shorten(JsonMarshal.GetRawUtf8Value(value));

    /// <summary>A list of names or values, cut where it gets long.</summary>
    public static string List(IEnumerable<string> words)
    {
        var all = words.ToList();
        return all.Count <= LongestList
            ? string.Join(", ", all)
            : $"{string.Join(", ", all.Take(LongestList))} and {all.Count - LongestList} more";
    }

    /// <summary>A text of a document, cut where it gets long.</summary>
    public static string Shorten(ReadOnlySpan<byte> text)
    {
        if (text.Length <= LongestText)
        {
            return Encoding.UTF8.GetString(text);
        }

        // Not in the middle of a letter.
        var end = LongestText;
        while (end > 0 && (text[end] & 0xC0) == 0x80)
        {
            end--;
        }

        return $"{Encoding.UTF8.GetString(text[..end])}… ({text.Length} bytes)";
    }

    /// <summary>A count with its noun: <c>1 item</c>, <c>2 items</c>.</summary>
    public static string Count(long count, string one, string many) => count == 1 ? $"1 {one}" : $"{count} {many}";
}
