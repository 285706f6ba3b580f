using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Orleans.Agents.Schemas;

/// <summary>
/// The text of JSON strings and names in UTF-8, without their escapes. Total: half a surrogate pair, which JSON allows
/// and the platform's own reading refuses, keeps three bytes of its own, so that different texts stay different.
/// </summary>
internal static class Utf8Text
{
    /// <summary>The text of a string; no copy is made unless it has escapes.</summary>
    public static ReadOnlySpan<byte> Of(JsonElement text) => Unescape(JsonMarshal.GetRawUtf8Value(text)[1..^1]);

    /// <summary>The name of a property.</summary>
    public static ReadOnlySpan<byte> NameOf(JsonProperty property) =>
        Unescape(JsonMarshal.GetRawUtf8PropertyName(property));

    /// <summary>How many letters (code points) a text has.</summary>
    public static int CountLetters(ReadOnlySpan<byte> text)
    {
        var count = 0;
        foreach (var unit in text)
        {
            count += (unit & 0xC0) == 0x80 ? 0 : 1;
        }

        return count;
    }

    /// <summary>The text for people; what is not Unicode is replaced.</summary>
    public static string Show(ReadOnlySpan<byte> text) => Encoding.UTF8.GetString(text);

    private static ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> raw)
    {
        var escape = raw.IndexOf((byte)'\\');
        if (escape < 0)
        {
            return raw;
        }

        // An escape is never shorter than what it stands for.
        var text = new byte[raw.Length];
        var length = 0;
        while (escape >= 0)
        {
            raw[..escape].CopyTo(text.AsSpan(length));
            length += escape;
            raw = raw[escape..];
            raw = raw[ReadEscape(raw, text.AsSpan(length), out var written)..];
            length += written;
            escape = raw.IndexOf((byte)'\\');
        }

        raw.CopyTo(text.AsSpan(length));
        return text.AsSpan(0, length + raw.Length);
    }

    private static int ReadEscape(ReadOnlySpan<byte> raw, Span<byte> text, out int written)
    {
        if (raw[1] != 'u')
        {
            text[0] = raw[1] switch
            {
                (byte)'b' => (byte)'\b',
                (byte)'f' => (byte)'\f',
                (byte)'n' => (byte)'\n',
                (byte)'r' => (byte)'\r',
                (byte)'t' => (byte)'\t',
                var itself => itself,
            };
            written = 1;
            return 2;
        }

        var unit = ReadUnit(raw);
        if (char.IsHighSurrogate(unit) && raw.Length >= 12 && raw[6] == '\\' && raw[7] == 'u'
            && ReadUnit(raw[6..]) is var low && char.IsLowSurrogate(low))
        {
            written = Write(char.ConvertToUtf32(unit, low), text);
            return 12;
        }

        written = Write(unit, text);
        return 6;
    }

    private static char ReadUnit(ReadOnlySpan<byte> escape)
    {
        Span<byte> unit = stackalloc byte[2];
        _ = Convert.FromHexString(escape.Slice(2, 4), unit, out _, out _);
        return (char)BinaryPrimitives.ReadUInt16BigEndian(unit);
    }

    private static int Write(int letter, Span<byte> text)
    {
        switch (letter)
        {
            case < 0x80:
                text[0] = (byte)letter;
                return 1;
            case < 0x800:
                text[0] = (byte)(0xC0 | (letter >> 6));
                text[1] = (byte)(0x80 | (letter & 0x3F));
                return 2;
            case < 0x10000:
                text[0] = (byte)(0xE0 | (letter >> 12));
                text[1] = (byte)(0x80 | ((letter >> 6) & 0x3F));
                text[2] = (byte)(0x80 | (letter & 0x3F));
                return 3;
            default:
                text[0] = (byte)(0xF0 | (letter >> 18));
                text[1] = (byte)(0x80 | ((letter >> 12) & 0x3F));
                text[2] = (byte)(0x80 | ((letter >> 6) & 0x3F));
                text[3] = (byte)(0x80 | (letter & 0x3F));
                return 4;
        }
    }
}

/// <summary>Lets a table whose keys are UTF-8 names be asked for a span of a document.</summary>
internal sealed class Utf8Names : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    public static Utf8Names Comparer { get; } = new();

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

    public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

    public int GetHashCode(ReadOnlySpan<byte> alternate)
    {
        var hash = default(HashCode);
        hash.AddBytes(alternate);
        return hash.ToHashCode();
    }
}
