using System.Buffers.Text;
using System.Text;

namespace Orleans.Agents.Values;

/// <summary>
/// The text of a JSON string as UTF-8, with and without its escapes. Broken text is mended, never refused.
/// </summary>
internal static class RawText
{
    /// <summary>Undoes the escapes of a well-formed JSON string's body; half a surrogate pair becomes U+FFFD.</summary>
    internal static byte[] Unescape(ReadOnlySpan<byte> body)
    {
        var plain = new byte[body.Length];
        var length = 0;
        while (!body.IsEmpty)
        {
            var run = body.IndexOf((byte)'\\');
            var copied = run < 0 ? body.Length : run;
            body[..copied].CopyTo(plain.AsSpan(length));
            length += copied;
            body = body[copied..];
            if (!body.IsEmpty)
            {
                var taken = 2;
                if (body[1] == 'u')
                {
                    length += UnescapeUnit(body, plain.AsSpan(length), out taken);
                }
                else
                {
                    plain[length++] = Letter(body[1]);
                }

                body = body[taken..];
            }
        }

        return plain[..length];
    }

    /// <summary>How many code points a text has; each broken sequence counts as one.</summary>
    internal static int CountCodePoints(ReadOnlySpan<byte> text)
    {
        var count = 0;
        foreach (var unit in text)
        {
            count += (unit & 0xC0) == 0x80 ? 0 : 1;
        }

        return count;
    }

    private static byte Letter(byte escape) => escape switch
    {
        (byte)'n' => (byte)'\n',
        (byte)'t' => (byte)'\t',
        (byte)'r' => (byte)'\r',
        (byte)'b' => (byte)'\b',
        (byte)'f' => (byte)'\f',
        var same => same,
    };

    private static int UnescapeUnit(ReadOnlySpan<byte> body, Span<byte> plain, out int taken)
    {
        taken = 6;
        var first = Unit(body);
        var rune = Rune.ReplacementChar;
        if (char.IsHighSurrogate(first) && body.Length >= 12 && body[6] == '\\' && body[7] == 'u'
            && Rune.TryCreate(first, Unit(body[6..]), out var pair))
        {
            rune = pair;
            taken = 12;
        }
        else if (Rune.TryCreate(first, out var single))
        {
            rune = single;
        }

        return rune.EncodeToUtf8(plain);
    }

    private static char Unit(ReadOnlySpan<byte> escape) =>
        Utf8Parser.TryParse(escape.Slice(2, 4), out ushort unit, out _, 'x') ? (char)unit : '\uFFFD';
}
