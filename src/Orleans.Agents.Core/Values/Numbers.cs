using System.Globalization;

namespace Orleans.Agents.Values;

/// <summary>How numbers of JSON are read and written.</summary>
internal static class Numbers
{
    /// <summary>The longest text of a decimal: sign, zero, point and 28 digits, with room to spare.</summary>
    internal const int MaxLength = 40;

    /// <summary>Reads a number that may already have been read.</summary>
    internal static bool TryRead(object? known, ReadOnlySpan<byte> json, out decimal value)
    {
        if (known is decimal read)
        {
            value = read;
            return true;
        }

        return decimal.TryParse(json, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Whether a text is one number as JSON writes it.</summary>
    internal static bool IsNumber(ReadOnlySpan<byte> text)
    {
        var rest = text.StartsWith("-"u8) ? text[1..] : text;
        var whole = CountDigits(rest);
        if (whole == 0 || (whole > 1 && rest[0] == '0'))
        {
            return false;
        }

        rest = rest[whole..];
        if (rest.StartsWith("."u8))
        {
            var fraction = CountDigits(rest[1..]);
            if (fraction == 0)
            {
                return false;
            }

            rest = rest[(fraction + 1)..];
        }

        if (rest.IsEmpty || rest[0] is not ((byte)'e' or (byte)'E'))
        {
            return rest.IsEmpty;
        }

        rest = rest[1..];
        rest = rest.IsEmpty || rest[0] is not ((byte)'+' or (byte)'-') ? rest : rest[1..];
        return !rest.IsEmpty && CountDigits(rest) == rest.Length;
    }

    /// <summary>Writes a decimal plainly and without zeros at the end.</summary>
    internal static int Format(decimal value, Span<byte> utf8)
    {
        // Adding zero drops the sign of a negative zero.
        (value + 0m).TryFormat(utf8, out var length, default, CultureInfo.InvariantCulture);
        if (!utf8[..length].Contains((byte)'.'))
        {
            return length;
        }

        return utf8[..length].TrimEnd((byte)'0').TrimEnd((byte)'.').Length;
    }

    private static int CountDigits(ReadOnlySpan<byte> text) =>
        text.IndexOfAnyExceptInRange((byte)'0', (byte)'9') is var end && end < 0 ? text.Length : end;
}
