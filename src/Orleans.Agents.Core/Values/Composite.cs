namespace Orleans.Agents.Values;

/// <summary>A list that was computed. Size is roughly its length as JSON.</summary>
internal sealed record ListContent(Value[] Items, long Size, int Depth);

/// <summary>An object that was computed: names differ, and stay in the order they were given.</summary>
internal sealed record ObjectContent(Member[] Members, long Size, int Depth);

/// <summary>One named value of an object; the name as plain UTF-8.</summary>
internal readonly record struct Member(ReadOnlyMemory<byte> Name, Value Value);
