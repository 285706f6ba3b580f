namespace Orleans.Agents.Values;

/// <summary>A list that was computed. Size is roughly its length as JSON.</summary>
internal sealed record ListContent(Value[] Items, long Size, int Depth)
{
    internal static ListContent Of(Value[] items)
    {
        var depth = 0;
        foreach (ref readonly var item in items.AsSpan())
        {
            depth = Math.Max(depth, item.Depth);
        }

        return new ListContent(items, SizeOf(items), depth + 1);
    }

    internal static long SizeOf(Value[] items)
    {
        long size = 2;
        foreach (ref readonly var item in items.AsSpan())
        {
            size += item.Size + 1;
        }

        return size;
    }
}

/// <summary>An object that was computed: names differ, and stay in the order they were given.</summary>
internal sealed record ObjectContent(Member[] Members, long Size, int Depth)
{
    internal static ObjectContent Of(Member[] members)
    {
        var depth = 0;
        foreach (ref readonly var member in members.AsSpan())
        {
            depth = Math.Max(depth, member.Value.Depth);
        }

        return new ObjectContent(members, SizeOf(members), depth + 1);
    }

    internal static long SizeOf(Member[] members)
    {
        long size = 2;
        foreach (ref readonly var member in members.AsSpan())
        {
            size += member.Name.Length + member.Value.Size + 4;
        }

        return size;
    }
}

/// <summary>One named value of an object; the name as plain UTF-8.</summary>
internal readonly record struct Member(ReadOnlyMemory<byte> Name, Value Value);
