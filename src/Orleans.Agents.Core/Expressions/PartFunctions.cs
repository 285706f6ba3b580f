using System.Text;
using Orleans.Agents.Values;

namespace Orleans.Agents.Expressions;

/// <summary>The functions that take values apart without knowing beforehand what they are.</summary>
internal static class PartFunctions
{
    private static readonly ReadOnlyMemory<byte> Index = Encoding.UTF8.GetBytes("index");
    private static readonly ReadOnlyMemory<byte> Name = Encoding.UTF8.GetBytes("name");
    private static readonly ReadOnlyMemory<byte> Content = Encoding.UTF8.GetBytes("value");

    /// <summary>A member by name, an element or a code point by number; what is not there is null.</summary>
    internal static bool At(ReadOnlySpan<Value> arguments, Node.Call call, ref Evaluation at, out Value value)
    {
        var (target, key) = (arguments[0], arguments[1]);
        value = default;
        if (!at.Read(target, call) || !at.Read(key, call))
        {
            return false;
        }

        if (key.Kind is ValueKind.Text)
        {
            target.TryGetMember(key.TextBytes().Span, out value);
            return true;
        }

        if (!key.TryGetInteger(out var index))
        {
            return key.IsNull || at.Fail(
                ExpressionCodes.Type, call.Arguments[1], "An index is a whole number or a text; this is neither");
        }

        var length = target.Kind is ValueKind.Text or ValueKind.List ? target.Length ?? 0 : 0;
        index = index < 0 ? index + length : index;
        if (target.Kind is not ValueKind.Text || index < 0 || index >= length)
        {
            target.TryGetItem(index, out value);
            return true;
        }

        return Cut(target.TextBytes(), index, index + 1, call, ref at, out value);
    }

    /// <summary>The elements or code points from one place to before another; places below zero count from the end.</summary>
    internal static bool Slice(ReadOnlySpan<Value> arguments, Node.Call call, ref Evaluation at, out Value value)
    {
        value = default;
        var target = arguments[0];
        if (!at.Read(target, call) || target.IsNull)
        {
            return target.IsNull;
        }

        long length = target.Length ?? 0;
        if (!TryGetPlace(arguments[1], length, call, ref at, out var from)
            || !TryGetPlace(arguments.Length > 2 ? arguments[2] : Value.FromInteger(length), length, call, ref at, out var to))
        {
            return false;
        }

        to = Math.Max(from, to);
        return target.Kind is ValueKind.Text
            ? Cut(target.TextBytes(), from, to, call, ref at, out value)
            : at.Made(target.Elements()[(int)from..(int)to], call, out value);
    }

    /// <summary>What is in a list or an object, each with its number and, in an object, its name.</summary>
    internal static bool Entries(ReadOnlySpan<Value> arguments, Node.Call call, ref Evaluation at, out Value value)
    {
        value = default;
        var target = arguments[0];
        if (!at.Read(target, call))
        {
            return false;
        }

        var entries = new List<Value>();
        if (target.Kind is ValueKind.Object)
        {
            foreach (var (name, content) in target.Members())
            {
                entries.Add(Value.FromMembers(
                    [new(Index, Value.FromInteger(entries.Count)), new(Name, Value.FromText(name)), new(Content, content)]));
            }
        }

        foreach (var element in target.Elements())
        {
            entries.Add(Value.FromMembers([new(Index, Value.FromInteger(entries.Count)), new(Content, element)]));
        }

        return at.Made([.. entries], call, out value);
    }

    private static bool TryGetPlace(in Value given, long length, Node.Call call, ref Evaluation at, out long place)
    {
        if (!given.TryGetInteger(out place))
        {
            return at.Fail(ExpressionCodes.Type, call, "`slice` takes whole numbers");
        }

        place = Math.Clamp(place < 0 ? place + length : place, 0, length);
        return true;
    }

    private static bool Cut(
        ReadOnlyMemory<byte> text, long from, long to, Node.Call call, ref Evaluation at, out Value value)
    {
        var start = Skip(text.Span, from);
        var length = Skip(text.Span[start..], to - from);
        return at.Made(text.Slice(start, length), call, out value);
    }

    private static int Skip(ReadOnlySpan<byte> text, long codePoints)
    {
        var at = 0;
        for (; codePoints > 0 && at < text.Length; codePoints--)
        {
            Rune.DecodeFromUtf8(text[at..], out _, out var length);
            at += length;
        }

        return at;
    }
}
