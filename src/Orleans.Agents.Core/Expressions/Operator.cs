using System.Diagnostics;

namespace Orleans.Agents.Expressions;

/// <summary>The operators that evaluate both sides.</summary>
internal enum Operator
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// <summary>How operators are written, what they take and what they yield.</summary>
internal static class Operators
{
    private static readonly Dictionary<string, Operator> BySymbol =
        Enum.GetValues<Operator>().ToDictionary(Symbol, StringComparer.Ordinal);

    internal static string Symbol(Operator operation) => operation switch
    {
        Operator.Equal => "==",
        Operator.NotEqual => "!=",
        Operator.Less => "<",
        Operator.LessOrEqual => "<=",
        Operator.Greater => ">",
        Operator.GreaterOrEqual => ">=",
        Operator.In => "in",
        Operator.Add => "+",
        Operator.Subtract => "-",
        Operator.Multiply => "*",
        Operator.Divide => "/",
        Operator.Remainder => "%",
        _ => throw new UnreachableException(operation.ToString()),
    };

    internal static Operator Of(string symbol) => BySymbol[symbol];

    /// <summary>Whether some values of these types can be operated on.</summary>
    internal static bool Takes(Operator operation, Kinds left, Kinds right) => operation switch
    {
        Operator.Equal or Operator.NotEqual => true,
        Operator.Less or Operator.LessOrEqual or Operator.Greater or Operator.GreaterOrEqual =>
            (left & right & (Kinds.Number | Kinds.Text)) != 0,
        Operator.In => (right & (Kinds.List | Kinds.Object)) != 0 || (left & right & Kinds.Text) != 0,
        Operator.Add => (left & right & (Kinds.Number | Kinds.Text | Kinds.List)) != 0,
        _ => (left & right & Kinds.Number) != 0,
    };

    internal static Kinds Gives(Operator operation, Kinds left, Kinds right) => operation switch
    {
        Operator.Add => left & right & (Kinds.Number | Kinds.Text | Kinds.List),
        Operator.Subtract or Operator.Multiply or Operator.Divide or Operator.Remainder => Kinds.Number,
        _ => Kinds.Boolean,
    };

    internal static string Refusal(Operator operation, Kinds left, Kinds right)
    {
        var wants = operation switch
        {
            Operator.Less or Operator.LessOrEqual or Operator.Greater or Operator.GreaterOrEqual =>
                "two numbers or two texts",
            Operator.In => "a list, an object or, after a text, a text on its right",
            Operator.Add => "two numbers, two texts or two lists",
            _ => "two numbers",
        };
        return $"`{Symbol(operation)}` takes {wants}; here the left is {left.Describe()}, the right {right.Describe()}";
    }
}
