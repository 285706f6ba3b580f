using System.Collections.Immutable;

namespace Orleans.Agents.Definitions.Sources;

internal enum NodeKind
{
    Null,
    Boolean,
    Number,
    Text,
    List,
    Map,
}

/// <summary>How a scalar is written, as far as it decides where its characters are.</summary>
internal enum TextStyle
{
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Block,
}

/// <summary>A value of a document, and where it is.</summary>
internal sealed class Node
{
    private Node(SourceFile file, int index, NodeKind kind)
    {
        File = file;
        Index = index;
        Kind = kind;
    }

    public SourceFile File { get; }

    public int Index { get; }

    public NodeKind Kind { get; }

    /// <summary>What a text says; of a number, a boolean or a null its JSON; else empty.</summary>
    public string Text { get; private init; } = string.Empty;

    public TextStyle Style { get; private init; }

    public IReadOnlyList<Node> Items { get; private init; } = [];

    public IReadOnlyList<Member> Members { get; private init; } = [];

    /// <summary>How many values it unfolds to, itself among them.</summary>
    public long Size { get; private init; } = 1;

    /// <summary>How deep it nests: 1 for a scalar.</summary>
    public int Height { get; private init; } = 1;

    /// <summary>
    /// Which places of the text stand for which of another, where it was translated from that one; else nothing.
    /// </summary>
    private (Node Original, ImmutableArray<(int At, int Source)> Marks)? Translation { get; init; }

    public Position Position => File.PositionAt(Index);

    public bool IsMap => Kind is NodeKind.Map;

    public bool IsList => Kind is NodeKind.List;

    public bool IsText => Kind is NodeKind.Text;

    public static Node Scalar(SourceFile file, int index, NodeKind kind, string text, TextStyle style) =>
        new(file, index, kind) { Text = text, Style = style };

    /// <summary>A text that stands for another one, or for a value, at its place in the file.</summary>
    public static Node Translated(Node original, string text, ImmutableArray<(int At, int Source)> marks) =>
        new(original.File, original.Index, NodeKind.Text)
        {
            Text = text,
            Style = original.Style,
            Translation = (original, marks),
        };

    public static Node List(SourceFile file, int index, IReadOnlyList<Node> items) => new(file, index, NodeKind.List)
    {
        Items = items,
        Size = 1 + items.Sum(i => i.Size),
        Height = 1 + items.Select(i => i.Height).DefaultIfEmpty().Max(),
    };

    public static Node Map(SourceFile file, int index, IReadOnlyList<Member> members) => new(file, index, NodeKind.Map)
    {
        Members = members,
        Size = 1 + members.Sum(m => 1 + m.Value.Size),
        Height = 1 + members.Select(m => m.Value.Height).DefaultIfEmpty().Max(),
    };

    /// <summary>The value under a name, or null.</summary>
    public Node? Find(string name) => Members.FirstOrDefault(m => m.Name == name)?.Value;

    /// <summary>Where a character of the text is in the file.</summary>
    public Position PositionOf(int offset) => Translation is var (original, marks)
        ? marks.LastOrDefault(m => m.At <= offset, (At: 0, Source: -1)) is (_, >= 0 and var source)
            ? original.PositionOf(source)
            : Position
        : File.PositionAt(TextPlace.Find(this, offset));

    /// <summary>The node at a JSON pointer's segments, or the last one on the way to it.</summary>
    public Node At(IEnumerable<string> segments)
    {
        var node = this;
        foreach (var segment in segments)
        {
            var below = node.IsMap ? node.Find(segment)
                : int.TryParse(segment, out var index) && index < node.Items.Count ? node.Items[index]
                : null;
            if (below is null)
            {
                break;
            }

            node = below;
        }

        return node;
    }

    /// <summary>What kind of value it is, in words for people.</summary>
    public string Describe() => Kind switch
    {
        NodeKind.Null => "nothing (null)",
        NodeKind.Boolean => $"the boolean {Text}",
        NodeKind.Number => $"the number {Shorten(Text)}",
        NodeKind.Text => $"the text \"{Shorten(Text)}\"",
        NodeKind.List => "a list",
        NodeKind.Map => "a mapping",
        _ => throw new System.Diagnostics.UnreachableException(Kind.ToString()),
    };

    /// <summary>A text that fits into a message.</summary>
    public static string Shorten(string text) => text.Length <= 60 ? text : string.Concat(text.AsSpan(0, 57), "...");
}

/// <summary>A name of a mapping and what it stands for.</summary>
internal sealed record Member(string Name, Node Key, Node Value);
