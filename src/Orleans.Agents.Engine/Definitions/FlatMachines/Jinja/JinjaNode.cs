using System.Collections.Immutable;

namespace Orleans.Agents.Definitions.FlatMachines.Jinja;

/// <summary>A part of an expression, as it is written.</summary>
internal abstract record JinjaNode(int At)
{
    /// <summary>A constant, as our own language writes it.</summary>
    public sealed record Literal(int At, string Written) : JinjaNode(At);

    public sealed record Name(int At, string Text) : JinjaNode(At);

    public sealed record Member(int At, JinjaNode Of, string Named) : JinjaNode(At);

    public sealed record Element(int At, JinjaNode Of, JinjaNode Key) : JinjaNode(At);

    public sealed record Slice(int At, JinjaNode Of, JinjaNode? From, JinjaNode? To) : JinjaNode(At);

    public sealed record Call(int At, JinjaNode Of, string Method, ImmutableArray<JinjaNode> Arguments) : JinjaNode(At);

    public sealed record Filter(int At, JinjaNode Of, string Called, ImmutableArray<JinjaNode> Arguments) : JinjaNode(At);

    public sealed record Test(int At, JinjaNode Of, string Called, ImmutableArray<JinjaNode> Arguments) : JinjaNode(At);

    public sealed record Not(int At, JinjaNode Of) : JinjaNode(At);

    public sealed record Negate(int At, JinjaNode Of) : JinjaNode(At);

    /// <summary><c>and</c>, <c>or</c> among several.</summary>
    public sealed record Logical(int At, bool IsAnd, ImmutableArray<JinjaNode> Operands) : JinjaNode(At);

    public sealed record Binary(int At, string Symbol, JinjaNode Left, JinjaNode Right) : JinjaNode(At);

    public sealed record Choice(int At, JinjaNode When, JinjaNode Then, JinjaNode Otherwise) : JinjaNode(At);

    public sealed record ListOf(int At, ImmutableArray<JinjaNode> Items) : JinjaNode(At);

    public sealed record ObjectOf(int At, ImmutableArray<(JinjaNode Key, JinjaNode Value)> Members) : JinjaNode(At);
}

/// <summary>A part of a template: text, or what stands between braces.</summary>
internal abstract record JinjaPiece(int At)
{
    public sealed record Text(int At, string Says) : JinjaPiece(At);

    public sealed record Output(int At, JinjaNode Value) : JinjaPiece(At);

    /// <summary>The alternatives of an <c>if</c>; the last may have no condition.</summary>
    public sealed record If(int At, ImmutableArray<(JinjaNode? When, ImmutableArray<JinjaPiece> Body)> Ways) : JinjaPiece(At);

    /// <summary>A <c>for</c>, with one name for the elements, or one for the names and one for the values.</summary>
    public sealed record For(int At, ImmutableArray<string> Names, JinjaNode In, JinjaNode? Only, ImmutableArray<JinjaPiece> Body)
        : JinjaPiece(At);

    public sealed record Set(int At, string Name, JinjaNode Value) : JinjaPiece(At);
}
