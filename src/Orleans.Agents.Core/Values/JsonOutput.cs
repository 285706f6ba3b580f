using System.Buffers;
using System.Buffers.Text;
using System.Text.Encodings.Web;

namespace Orleans.Agents.Values;

/// <summary>
/// Bytes on their way out, in a rented buffer with a limit. What goes beyond the limit is not written but noticed.
/// </summary>
internal sealed class JsonOutput(int limit) : IDisposable
{
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(256);
    private int length;

    /// <summary>Whether more was written than the limit allows.</summary>
    internal bool IsOverLimit { get; private set; }

    internal ReadOnlySpan<byte> Written => buffer.AsSpan(0, length);

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }

    internal byte[] ToArray() => Written.ToArray();

    internal void Write(ReadOnlySpan<byte> bytes)
    {
        if (Reserve(bytes.Length))
        {
            bytes.CopyTo(buffer.AsSpan(length));
            length += bytes.Length;
        }
    }

    /// <summary>Writes text as the inside of a JSON string; bytes that are no UTF-8 become U+FFFD.</summary>
    internal void WriteEscaped(ReadOnlySpan<byte> text)
    {
        var encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        var plain = encoder.FindFirstCharacterToEncodeUtf8(text);
        Write(plain < 0 ? text : text[..plain]);
        if (plain < 0)
        {
            return;
        }

        Span<byte> escaped = stackalloc byte[1024];
        for (var rest = text[plain..]; !rest.IsEmpty && !IsOverLimit;)
        {
            encoder.EncodeUtf8(rest, escaped, out var read, out var written);
            Write(escaped[..written]);
            rest = rest[read..];
        }
    }

    /// <summary>Writes a value that is not a slice of JSON.</summary>
    internal void WriteComputed(ValueKind kind, long integer, object? content, ReadOnlySpan<byte> text)
    {
        switch (kind)
        {
            case ValueKind.Boolean:
                Write(integer is 1 ? "true"u8 : "false"u8);
                break;
            case ValueKind.Integer:
                Span<byte> digits = stackalloc byte[Numbers.MaxLength];
                Utf8Formatter.TryFormat(integer, digits, out var count);
                Write(digits[..count]);
                break;
            case ValueKind.Decimal:
                Span<byte> number = stackalloc byte[Numbers.MaxLength];
                Write(number[..Numbers.Format((decimal)content!, number)]);
                break;
            case ValueKind.Text:
                WriteQuoted(text);
                break;
            case ValueKind.List:
                WriteItems(((ListContent)content!).Items);
                break;
            case ValueKind.Object:
                WriteMembers(((ObjectContent)content!).Members);
                break;
            default:
                Write("null"u8);
                break;
        }
    }

    private void WriteQuoted(ReadOnlySpan<byte> text)
    {
        Write("\""u8);
        WriteEscaped(text);
        Write("\""u8);
    }

    private void WriteItems(Value[] items)
    {
        Write("["u8);
        for (var index = 0; index < items.Length; index++)
        {
            Write(index == 0 ? ""u8 : ","u8);
            items[index].WriteTo(this);
        }

        Write("]"u8);
    }

    private void WriteMembers(Member[] members)
    {
        Write("{"u8);
        for (var index = 0; index < members.Length; index++)
        {
            Write(index == 0 ? ""u8 : ","u8);
            WriteQuoted(members[index].Name.Span);
            Write(":"u8);
            members[index].Value.WriteTo(this);
        }

        Write("}"u8);
    }

    private bool Reserve(int more)
    {
        IsOverLimit |= (long)length + more > limit;
        if (IsOverLimit)
        {
            return false;
        }

        if (length + more > buffer.Length)
        {
            var wanted = Math.Max((long)length + more, buffer.Length * 2L);
            var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, wanted));
            Written.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }

        return true;
    }
}
