using System.Buffers.Text;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace Orleans.Agents.Values;

/// <summary>
/// What an expression yields. Made from a <see cref="Payload"/> it is a slice of its bytes: looked into only when
/// asked, and written back byte for byte, so that a number such as <c>1.0</c> or <c>12345678901234567890123</c> stays
/// as it was.
/// </summary>
/// <remarks>The default is null. A value never changes. Of two members with one name the last counts.</remarks>
public readonly struct Value
{
    private readonly ReadOnlyMemory<byte> utf8;
    private readonly object? content;
    private readonly long integer;
    private readonly bool isRaw;

    private Value(ValueKind kind, ReadOnlyMemory<byte> utf8, bool isRaw, long integer = 0, object? content = null)
    {
        Kind = kind;
        this.utf8 = utf8;
        this.isRaw = isRaw;
        this.integer = integer;
        this.content = content;
    }

    /// <summary>The value null.</summary>
    public static Value Null => default;

    /// <summary>What the value is.</summary>
    public ValueKind Kind { get; }

    /// <summary>Whether this is null.</summary>
    public bool IsNull => Kind is ValueKind.Null;

    /// <summary>Whether this is a number of either kind.</summary>
    public bool IsNumber => Kind is ValueKind.Integer or ValueKind.Decimal;

    /// <summary>The code points of a text, the elements of a list, the members of an object; else nothing.</summary>
    public int? Length => Kind switch
    {
        ValueKind.Text => RawText.CountCodePoints(TextBytes().Span),
        ValueKind.List => content is ListContent list ? list.Items.Length : RawJson.Count(utf8.Span),
        ValueKind.Object => Members().Length,
        _ => null,
    };

    /// <summary>About how many bytes the value takes as JSON.</summary>
    internal long Size => content switch
    {
        ListContent list => list.Size,
        ObjectContent members => members.Size,
        _ => isRaw ? utf8.Length : Kind is ValueKind.Text ? utf8.Length + 2 : 8,
    };

    /// <summary>How deep lists and objects nest in the value; 0 for one that is neither.</summary>
    internal int Depth => content switch
    {
        ListContent list => list.Depth,
        ObjectContent members => members.Depth,
        _ => Kind is ValueKind.List or ValueKind.Object ? RawJson.Depth(utf8.Span) : 0,
    };

    /// <summary>Takes a payload as a value; nothing is copied.</summary>
    public static Value From(Payload payload) => FromRaw(payload.Utf8);

    /// <summary>True or false.</summary>
    public static Value FromBoolean(bool value) => new(ValueKind.Boolean, default, isRaw: false, value ? 1 : 0);

    /// <summary>A whole number.</summary>
    public static Value FromInteger(long value) => new(ValueKind.Integer, default, isRaw: false, value);

    /// <summary>A decimal number; it is written without zeros at the end.</summary>
    public static Value FromDecimal(decimal value) =>
        new(ValueKind.Decimal, default, isRaw: false, content: value);

    /// <summary>A text; a broken surrogate in it becomes U+FFFD.</summary>
    public static Value FromText(string text) => FromText(Encoding.UTF8.GetBytes(text));

    /// <summary>Whether this is a boolean, and which.</summary>
    public bool TryGetBoolean(out bool value)
    {
        value = Kind is ValueKind.Boolean && integer is 1;
        return Kind is ValueKind.Boolean;
    }

    /// <summary>Whether this is a whole number that fits 64 bits, however it is written, and which.</summary>
    public bool TryGetInteger(out long value)
    {
        value = integer;
        if (Kind is ValueKind.Integer)
        {
            return true;
        }

        if (Kind is not ValueKind.Decimal || !TryGetDecimal(out var number)
            || number != decimal.Truncate(number) || number is < long.MinValue or > long.MaxValue)
        {
            value = 0;
            return false;
        }

        value = (long)number;
        return true;
    }

    /// <summary>
    /// Whether this is a number within the range of <see cref="decimal"/>, and which; digits beyond its 28 are rounded.
    /// </summary>
    public bool TryGetDecimal(out decimal value)
    {
        value = integer;
        return Kind is ValueKind.Integer
            || (Kind is ValueKind.Decimal && Numbers.TryRead(content, utf8.Span, out value));
    }

    /// <summary>Whether this is a text, and which.</summary>
    public bool TryGetText([NotNullWhen(true)] out string? text)
    {
        text = Kind is ValueKind.Text ? Encoding.UTF8.GetString(TextBytes().Span) : null;
        return text is not null;
    }

    /// <summary>Whether this is an object with a member of that name, and its value.</summary>
    public bool TryGetMember(string name, out Value value) => TryGetMember(Encoding.UTF8.GetBytes(name), out value);

    /// <summary>Whether this is a list with an element at that index, counted from 0, and which.</summary>
    public bool TryGetItem(long index, out Value value)
    {
        value = default;
        if (Kind is not ValueKind.List || index is < 0 or > int.MaxValue)
        {
            return false;
        }

        if (content is not ListContent list)
        {
            return RawJson.TryGetItem(utf8, (int)index, out value);
        }

        var exists = index < list.Items.Length;
        value = exists ? list.Items[index] : default;
        return exists;
    }

    /// <summary>The elements of a list, in order; of anything else none.</summary>
    public ImmutableArray<Value> Items() => [.. Elements()];

    /// <summary>Writes the value as JSON.</summary>
    public void WriteTo(Utf8JsonWriter writer) => ToPayload().WriteTo(writer);

    /// <summary>The value as JSON; no copy when it came from a payload.</summary>
    public Payload ToPayload()
    {
        if (isRaw)
        {
            return Payload.FromTrusted(utf8);
        }

        using var output = new JsonOutput(int.MaxValue);
        WriteTo(output);
        return Payload.FromTrusted(output.ToArray());
    }

    /// <summary>The JSON text.</summary>
    public override string ToString() => ToPayload().ToString();

    internal static Value FromRaw(ReadOnlyMemory<byte> json)
    {
        var span = json.Span;
        if (span[0] <= ' ' || span[^1] <= ' ')
        {
            json = json.Trim(" \t\r\n"u8);
            span = json.Span;
        }

        return span[0] switch
        {
            (byte)'"' => new Value(ValueKind.Text, json, isRaw: true),
            (byte)'{' => new Value(ValueKind.Object, json, isRaw: true),
            (byte)'[' => new Value(ValueKind.List, json, isRaw: true),
            (byte)'t' => new Value(ValueKind.Boolean, json, isRaw: true, 1),
            (byte)'f' => new Value(ValueKind.Boolean, json, isRaw: true),
            (byte)'n' => default,
            _ when Utf8Parser.TryParse(span, out long integer, out var read) && read == span.Length =>
                new Value(ValueKind.Integer, json, isRaw: true, integer),
            _ => new Value(ValueKind.Decimal, json, isRaw: true),
        };
    }

    /// <summary>A number of an expression's text: read once, written as it stands there.</summary>
    internal static Value FromLiteral(string number)
    {
        var raw = FromRaw(Encoding.UTF8.GetBytes(number));
        return raw.Kind is ValueKind.Decimal && raw.TryGetDecimal(out var value)
            ? new Value(ValueKind.Decimal, raw.utf8, isRaw: true, content: value)
            : raw;
    }

    internal static Value FromText(ReadOnlyMemory<byte> utf8) => new(ValueKind.Text, utf8, isRaw: false);

    internal static Value FromItems(Value[] items) =>
        new(ValueKind.List, default, isRaw: false, content: ListContent.Of(items));

    internal static Value FromMembers(Member[] members) =>
        new(ValueKind.Object, default, isRaw: false, content: ObjectContent.Of(members));

    internal bool TryGetMember(ReadOnlySpan<byte> name, out Value value)
    {
        value = default;
        if (Kind is not ValueKind.Object)
        {
            return false;
        }

        if (content is not ObjectContent known)
        {
            return RawJson.TryGetMember(utf8, name, out value);
        }

        foreach (ref readonly var member in known.Members.AsSpan())
        {
            if (member.Name.Span.SequenceEqual(name))
            {
                value = member.Value;
                return true;
            }
        }

        return false;
    }

    internal Value[] Elements() => Kind is not ValueKind.List
        ? []
        : content is ListContent list ? list.Items : RawJson.Items(utf8);

    internal Member[] Members() => content is ObjectContent known ? known.Members : RawJson.Members(utf8);

    /// <summary>The text as plain UTF-8; a slice unless it holds escapes.</summary>
    internal ReadOnlyMemory<byte> TextBytes()
    {
        if (!isRaw)
        {
            return utf8;
        }

        var body = utf8[1..^1];
        return body.Span.Contains((byte)'\\') ? RawText.Unescape(body.Span) : body;
    }

    internal void WriteTo(JsonOutput output)
    {
        if (isRaw)
        {
            output.Write(utf8.Span);
        }
        else
        {
            output.WriteComputed(Kind, integer, content, utf8.Span);
        }
    }

    /// <summary>Writes a text as it is, null as nothing, anything else as JSON without white space.</summary>
    internal void WriteTextTo(JsonOutput output)
    {
        if (Kind is ValueKind.Text)
        {
            output.Write(TextBytes().Span);
        }
        else if (Kind is ValueKind.List or ValueKind.Object)
        {
            using var json = new JsonOutput(int.MaxValue);
            WriteTo(json);
            RawJson.CopyCompact(json.Written, output);
        }
        else if (!IsNull)
        {
            WriteTo(output);
        }
    }
}
