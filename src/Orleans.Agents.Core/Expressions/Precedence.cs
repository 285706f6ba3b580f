namespace Orleans.Agents.Expressions;

/// <summary>How strongly operators bind, the weakest first; <c>?:</c> is weaker than all.</summary>
internal static class Precedence
{
    internal const int Or = 1;
    internal const int And = 2;
    internal const int WordNot = 3;
    internal const int Comparison = 4;
    internal const int Sum = 5;
    internal const int Product = 6;
    internal const int Unary = 7;

    /// <summary>How strongly a token binds as an operator between two values; 0 if it is none.</summary>
    internal static int Of(Token token) => token.Kind is not TokenKind.Symbol ? 0 : token.Text switch
    {
        "||" => Or,
        "&&" => And,
        "==" or "!=" or "<" or "<=" or ">" or ">=" or "in" => Comparison,
        "+" or "-" => Sum,
        "*" or "/" or "%" => Product,
        _ => 0,
    };
}
