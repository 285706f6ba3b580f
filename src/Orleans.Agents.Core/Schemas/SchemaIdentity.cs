using System.Text.RegularExpressions;

namespace Orleans.Agents.Schemas;

/// <summary>Checks the keywords that name a schema; <see cref="SchemaDocument"/> finds what they name.</summary>
internal static partial class SchemaIdentity
{
    public static void Check(KeywordReader reader)
    {
        if (reader.Text("$id") is { } id && SchemaUri.Split(id) is (var address, not ""))
        {
            reader.WrongValue("$id", reader.Any("$id")!.Value, "a URI reference without a fragment", address);
        }

        foreach (var keyword in (ReadOnlySpan<string>)["$anchor", "$dynamicAnchor"])
        {
            if (reader.Text(keyword) is { } name && !AnchorName().IsMatch(name))
            {
                var expected = "a letter or '_' and then letters, digits, '-', '_' or '.'";
                reader.WrongValue(keyword, reader.Any(keyword)!.Value, expected, null);
            }
        }

        _ = reader.Text("$schema");
        _ = reader.SchemaMap("$defs");
    }

    [GeneratedRegex(@"^[A-Za-z_][-A-Za-z0-9._]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex AnchorName();
}
