using System.Runtime.InteropServices;
using System.Text.Json;

namespace Orleans.Agents.Values;

/// <summary>Looks into a list or an object of well-formed JSON without reading more of it than needed.</summary>
internal static class RawJson
{
    private static readonly JsonReaderOptions Reading = new() { MaxDepth = Payload.MaxDepth };

    internal static bool TryGetMember(ReadOnlyMemory<byte> json, ReadOnlySpan<byte> name, out Value value)
    {
        var reader = Enter(json.Span);
        Range? found = null;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var isIt = NameIs(ref reader, name);
            var slice = Next(ref reader);
            found = isIt ? slice : found;
        }

        value = found is { } there ? Value.FromRaw(json[there]) : default;
        return found is not null;
    }

    internal static bool TryGetItem(ReadOnlyMemory<byte> json, int index, out Value value)
    {
        var reader = Enter(json.Span);
        for (var at = 0; reader.Read() && reader.TokenType is not JsonTokenType.EndArray; at++)
        {
            var slice = Current(ref reader);
            if (at == index)
            {
                value = Value.FromRaw(json[slice]);
                return true;
            }
        }

        value = default;
        return false;
    }

    internal static int Count(ReadOnlySpan<byte> json)
    {
        var reader = Enter(json);
        var count = 0;
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
        {
            reader.Skip();
            count++;
        }

        return count;
    }

    internal static Value[] Items(ReadOnlyMemory<byte> json)
    {
        var reader = Enter(json.Span);
        var items = new List<Value>();
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
        {
            items.Add(Value.FromRaw(json[Current(ref reader)]));
        }

        return [.. items];
    }

    /// <summary>The members in the order of their first mention, each name once with its last value.</summary>
    internal static Member[] Members(ReadOnlyMemory<byte> json)
    {
        var reader = Enter(json.Span);
        var members = new List<Member>();
        var places = new Dictionary<ReadOnlyMemory<byte>, int>(Utf8Names.Comparer);
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var name = Name(ref reader, json);
            var member = new Member(name, Value.FromRaw(json[Next(ref reader)]));
            ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(places, name, out var known);
            if (known)
            {
                members[place] = member;
            }
            else
            {
                place = members.Count;
                members.Add(member);
            }
        }

        return [.. members];
    }

    /// <summary>How deep lists and objects nest.</summary>
    internal static int Depth(ReadOnlySpan<byte> json)
    {
        int depth = 0, deepest = 0;
        for (var next = json.IndexOfAny("\"[]{}"u8); next >= 0; next = json.IndexOfAny("\"[]{}"u8))
        {
            var found = json[next];
            json = json[(next + (found == '"' ? TextLength(json[next..]) : 1))..];
            depth += found switch { (byte)'[' or (byte)'{' => 1, (byte)']' or (byte)'}' => -1, _ => 0 };
            deepest = Math.Max(deepest, depth);
        }

        return deepest;
    }

    /// <summary>Copies JSON without the white space between its tokens.</summary>
    internal static void CopyCompact(ReadOnlySpan<byte> json, JsonOutput output)
    {
        while (!json.IsEmpty)
        {
            var next = json.IndexOfAny("\" \t\r\n"u8);
            if (next < 0)
            {
                output.Write(json);
                return;
            }

            var text = json[next] == '"' ? TextLength(json[next..]) : 0;
            output.Write(json[..(next + text)]);
            json = json[(next + Math.Max(text, 1))..];
        }
    }

    private static Utf8JsonReader Enter(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, Reading);
        reader.Read();
        return reader;
    }

    private static Range Next(ref Utf8JsonReader reader)
    {
        reader.Read();
        return Current(ref reader);
    }

    private static Range Current(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return start..(int)reader.BytesConsumed;
    }

    private static bool NameIs(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) => reader.ValueIsEscaped
        ? RawText.Unescape(reader.ValueSpan).AsSpan().SequenceEqual(name)
        : reader.ValueSpan.SequenceEqual(name);

    private static ReadOnlyMemory<byte> Name(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json) =>
        reader.ValueIsEscaped
        ? RawText.Unescape(reader.ValueSpan)
        : json.Slice((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);

    private static int TextLength(ReadOnlySpan<byte> quoted)
    {
        var length = 1;
        while (quoted[length] != '"')
        {
            length += quoted[length] == '\\' ? 2 : 1;
            length += Math.Max(0, quoted[length..].IndexOfAny((byte)'"', (byte)'\\'));
        }

        return length + 1;
    }
}
