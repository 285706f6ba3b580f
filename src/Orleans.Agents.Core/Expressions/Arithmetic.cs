using Orleans.Agents.Values;

namespace Orleans.Agents.Expressions;

/// <summary>
/// Calculates: whole numbers exactly within 64 bits, all others as decimals; and joins texts and lists.
/// </summary>
internal static class Arithmetic
{
    internal static bool TryCompute(Node.Binary node, in Value left, in Value right, ref Evaluation at, out Value value)
    {
        value = default;
        if (!Operators.Takes(node.Operation, left.Kinds(), right.Kinds()))
        {
            return at.Fail(
                ExpressionCodes.Type, node, Operators.Refusal(node.Operation, left.Kinds(), right.Kinds()));
        }

        return left.Kind switch
        {
            ValueKind.Text => TryJoinTexts(node, left, right, ref at, out value),
            ValueKind.List => TryJoinLists(node, left, right, ref at, out value),
            _ => TryCompute(node, node.Operation, left, right, ref at, out value),
        };
    }

    /// <summary>Calculates with two numbers.</summary>
    internal static bool TryCompute(
        Node node, Operator operation, in Value left, in Value right, ref Evaluation at, out Value value)
    {
        if (left.Kind is ValueKind.Integer && right.Kind is ValueKind.Integer
            && left.TryGetInteger(out var one) && right.TryGetInteger(out var other)
            && (operation is not Operator.Divide || (other != 0 && (Int128)one % other == 0)))
        {
            return TryWhole(node, operation, one, other, ref at, out value);
        }

        value = default;
        return TryRead(node, left, right, ref at, out var first, out var second)
            && TryDecimal(node, operation, first, second, ref at, out value);
    }

    internal static bool TryNegate(Node node, in Value operand, ref Evaluation at, out Value value) =>
        TryCompute(node, Operator.Subtract, Value.FromInteger(0), operand, ref at, out value);

    /// <summary>Reads two numbers as decimals.</summary>
    internal static bool TryRead(
        Node node, in Value left, in Value right, ref Evaluation at, out decimal first, out decimal second)
    {
        second = 0;
        return TryRead(node, left, ref at, out first) && TryRead(node, right, ref at, out second);
    }

    /// <summary>Reads a number as a decimal.</summary>
    internal static bool TryRead(Node node, in Value number, ref Evaluation at, out decimal value) =>
        number.TryGetDecimal(out value)
            ? at.Read(number, node)
            : at.Fail(ExpressionCodes.Range, node, "A number is too large to compare or calculate with");

    private static bool TryWhole(
        Node node, Operator operation, Int128 left, Int128 right, ref Evaluation at, out Value value)
    {
        value = default;
        if (operation is Operator.Remainder && right == 0)
        {
            return DividedByZero(node, ref at);
        }

        var exact = operation switch
        {
            Operator.Add => left + right,
            Operator.Subtract => left - right,
            Operator.Multiply => left * right,
            Operator.Divide => left / right,
            _ => left % right,
        };
        if (exact < long.MinValue || exact > long.MaxValue)
        {
            return at.Fail(ExpressionCodes.Range, node, "The result does not fit 64 bits");
        }

        value = Value.FromInteger((long)exact);
        return true;
    }

    private static bool TryDecimal(
        Node node, Operator operation, decimal left, decimal right, ref Evaluation at, out Value value)
    {
        value = default;
        if (operation is Operator.Divide or Operator.Remainder && right == 0)
        {
            return DividedByZero(node, ref at);
        }

        try
        {
            value = Value.FromDecimal(operation switch
            {
                Operator.Add => left + right,
                Operator.Subtract => left - right,
                Operator.Multiply => left * right,
                Operator.Divide => left / right,
                _ => left % right,
            });
            return true;
        }
        catch (OverflowException)
        {
            return at.Fail(ExpressionCodes.Range, node, "The result is too large for a decimal number");
        }
    }

    private static bool DividedByZero(Node node, ref Evaluation at) =>
        at.Fail(ExpressionCodes.Range, node, "A number cannot be divided by zero");

    private static bool TryJoinTexts(Node node, in Value left, in Value right, ref Evaluation at, out Value value)
    {
        value = default;
        if (!at.Produce(left.Size + right.Size, node))
        {
            return false;
        }

        var one = left.TextBytes().Span;
        var other = right.TextBytes().Span;
        var joined = new byte[one.Length + other.Length];
        one.CopyTo(joined);
        other.CopyTo(joined.AsSpan(one.Length));
        value = Value.FromText(joined);
        return true;
    }

    private static bool TryJoinLists(Node node, in Value left, in Value right, ref Evaluation at, out Value value)
    {
        value = default;
        return at.Produce(left.Size + right.Size, node)
            && at.Made([.. left.Elements(), .. right.Elements()], node, out value);
    }
}
