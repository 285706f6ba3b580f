namespace Orleans.Agents.Expressions;

/// <summary>The smallest parts of an expression's text.</summary>
internal enum TokenKind
{
    End,
    Name,
    Number,
    Text,
    Symbol,
}

/// <summary>One part. Its text is the name, the digits, the symbol, or what a quoted text means.</summary>
internal readonly record struct Token(TokenKind Kind, Extent At, string Text)
{
    internal bool Is(string symbol) =>
        Kind is TokenKind.Symbol && string.Equals(Text, symbol, StringComparison.Ordinal);

    internal string Describe(string source) => Kind switch
    {
        TokenKind.End => "the end",
        TokenKind.Text => "a text",
        _ => $"`{source.AsSpan(At.Offset, Math.Min(At.Length, 40))}`",
    };
}
