namespace Orleans.Agents.Expressions;

/// <summary>The stable codes of errors and failures of expressions.</summary>
public static class ExpressionCodes
{
    /// <summary>The text does not follow the grammar.</summary>
    public const string Syntax = "expression.syntax";

    /// <summary>A path begins with a name that is not in scope.</summary>
    public const string Name = "expression.name";

    /// <summary>There is no such function, or it does not take that many arguments.</summary>
    public const string Function = "expression.function";

    /// <summary>An operator or function was given a type it does not take.</summary>
    public const string Type = "expression.type";

    /// <summary>A number is too large, or was divided by zero.</summary>
    public const string Range = "expression.range";

    /// <summary>
    /// The expression, the work it asks for or what it yields is too large; see <see cref="ExpressionLimits"/>.
    /// </summary>
    public const string Limit = "expression.limit";
}
