using System.Globalization;
using System.Numerics;

namespace Orleans.Agents.Definitions.Sources;

/// <summary>What an unquoted scalar means: the core schema of YAML 1.2.</summary>
internal static class YamlScalar
{
    private const int LongestNumber = 1_000;

    /// <summary>
    /// The kind of a plain scalar and its JSON; the JSON is null for a number that JSON does not have.
    /// </summary>
    public static (NodeKind Kind, string? Json) Resolve(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => (NodeKind.Null, "null"),
        "true" or "True" or "TRUE" => (NodeKind.Boolean, "true"),
        "false" or "False" or "FALSE" => (NodeKind.Boolean, "false"),
        _ when IsNamedNumber(text) => (NodeKind.Number, null),
        _ when text[0] is not ((>= '0' and <= '9') or '-' or '+' or '.') => (NodeKind.Text, text),
        _ when IsWithPrefix(text, "0x", char.IsAsciiHexDigit) => (NodeKind.Number, Hexadecimal(text)),
        _ when IsWithPrefix(text, "0o", c => c is >= '0' and <= '7') => (NodeKind.Number, Octal(text)),
        _ => Decimal(text) is { } json ? (NodeKind.Number, json.Length > 0 ? json : null) : (NodeKind.Text, text),
    };

    private static bool IsNamedNumber(string text) =>
        text is ".nan" or ".NaN" or ".NAN" || text.TrimStart('+', '-') is ".inf" or ".Inf" or ".INF";

    private static bool IsWithPrefix(string text, string prefix, Func<char, bool> isDigit) =>
        text.StartsWith(prefix, StringComparison.Ordinal) && text.Length > 2 && text.Skip(2).All(isDigit);

    private static string? Hexadecimal(string text) => text.Length > LongestNumber
        ? null
        : BigInteger.Parse($"0{text.AsSpan(2)}", NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
            .ToString(CultureInfo.InvariantCulture);

    private static string? Octal(string text)
    {
        if (text.Length > LongestNumber)
        {
            return null;
        }

        var value = text.Skip(2).Aggregate(BigInteger.Zero, (sum, digit) => (sum * 8) + (digit - '0'));
        return value.ToString(CultureInfo.InvariantCulture);
    }

    // [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?, its text kept wherever JSON would take it:
    // null when the text is no number, empty when it is longer than a number may be.
    private static string? Decimal(string text)
    {
        var at = text[0] is '-' or '+' ? 1 : 0;
        var whole = Digits(text, ref at);
        var fraction = string.Empty;
        var isPointed = at < text.Length && text[at] == '.';
        if (isPointed)
        {
            at++;
            fraction = Digits(text, ref at);
        }

        if (whole.Length + fraction.Length == 0)
        {
            return null;
        }

        var power = string.Empty;
        if (at < text.Length && text[at] is 'e' or 'E')
        {
            var from = at++;
            at += at < text.Length && text[at] is '-' or '+' ? 1 : 0;
            if (Digits(text, ref at).Length == 0)
            {
                return null;
            }

            power = text[from..at];
        }

        if (at != text.Length)
        {
            return null;
        }

        if (text.Length > LongestNumber)
        {
            return string.Empty;
        }

        var integer = whole.TrimStart('0');
        var point = isPointed ? $".{(fraction.Length > 0 ? fraction : "0")}" : string.Empty;
        return $"{(text[0] == '-' ? "-" : string.Empty)}{(integer.Length > 0 ? integer : "0")}{point}{power}";
    }

    private static string Digits(string text, ref int at)
    {
        var from = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return text[from..at];
    }
}
