using System.Collections.Immutable;
using Orleans.Agents.Values;

namespace Orleans.Agents.Expressions;

/// <summary>A place in an expression's text.</summary>
internal readonly record struct Extent(int Offset, int Length)
{
    internal Extent To(Extent end) => new(Offset, end.Offset + end.Length - Offset);
}

/// <summary>A part of an expression: where it stands, what it may yield, how high it is as a tree.</summary>
internal abstract record Node
{
    private Node(Extent at, Kinds kinds, params ReadOnlySpan<Node> parts)
    {
        At = at;
        Kinds = kinds;
        foreach (var part in parts)
        {
            Height = Math.Max(Height, part.Height);
        }

        Height++;
    }

    internal Extent At { get; init; }

    internal Kinds Kinds { get; }

    internal int Height { get; }

    internal sealed record Literal(Extent At, Value Value) : Node(At, Value.Kinds());

    /// <summary>A name of the scope.</summary>
    internal sealed record Root(Extent At, string Name, RootPlace Place)
        : Node(At, Place is RootPlace.Context ? Kinds.Object : Kinds.Any);

    /// <summary>The variable of a macro.</summary>
    internal sealed record Variable(Extent At, int Slot) : Node(At, Kinds.Any);

    /// <summary>
    /// A member by a name known at load. <paramref name="Index"/> is the name as an index, or -1; both it and
    /// <paramref name="IsLength"/> only when the name was written after a dot.
    /// </summary>
    internal sealed record Member(
        Extent At, Node Target, string Name, ReadOnlyMemory<byte> Utf8, int Index, bool IsLength)
        : Node(At, Kinds.Any, Target);

    internal sealed record Element(Extent At, Node Target, Node Key) : Node(At, Kinds.Any, Target, Key);

    internal sealed record Not(Extent At, Node Operand) : Node(At, Kinds.Boolean, Operand);

    internal sealed record Negate(Extent At, Node Operand) : Node(At, Kinds.Number, Operand);

    internal sealed record Logical(Extent At, bool IsAnd, Node Left, Node Right) : Node(At, Kinds.Boolean, Left, Right);

    internal sealed record Binary(Extent At, Operator Operation, Node Left, Node Right)
        : Node(At, Operators.Gives(Operation, Left.Kinds, Right.Kinds), Left, Right);

    internal sealed record Conditional(Extent At, Node Condition, Node Then, Node Otherwise)
        : Node(At, Then.Kinds | Otherwise.Kinds, Condition, Then, Otherwise);

    /// <summary>The first unless it is null, then the second.</summary>
    internal sealed record Default(Extent At, Node First, Node Second)
        : Node(At, (First.Kinds & ~Kinds.Null) | Second.Kinds, First, Second);

    internal sealed record ListOf(Extent At, ImmutableArray<Node> Items) : Node(At, Kinds.List, Items.AsSpan());

    internal sealed record ObjectOf(Extent At, ImmutableArray<ReadOnlyMemory<byte>> Names, ImmutableArray<Node> Items)
        : Node(At, Kinds.Object, Items.AsSpan());

    internal sealed record Call(Extent At, Function Function, ImmutableArray<Node> Arguments, Pattern? Pattern)
        : Node(At, Function.Gives, Arguments.AsSpan());

    internal sealed record Macro(Extent At, MacroKind Kind, Node Target, int Slot, Node Body)
        : Node(At, Kind is MacroKind.Map or MacroKind.Filter ? Kinds.List : Kinds.Boolean, Target, Body);
}

/// <summary>Where a scope keeps what a name means.</summary>
internal enum RootPlace
{
    Item,
    Input,
    Context,
    Output,
    Error,
    Run,
    Env,
}

/// <summary>What is done with each element of a list.</summary>
internal enum MacroKind
{
    Map,
    Filter,
    Exists,
    All,
}
