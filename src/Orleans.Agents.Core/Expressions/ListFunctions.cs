using Orleans.Agents.Values;

namespace Orleans.Agents.Expressions;

/// <summary>The functions on lists, and on a few values as if they were one.</summary>
internal static class ListFunctions
{
    internal static bool Size(ReadOnlySpan<Value> arguments, Node.Call call, ref Evaluation at, out Value value)
    {
        value = Value.FromInteger(arguments[0].Length ?? 0);
        return true;
    }

    internal static bool First(ReadOnlySpan<Value> arguments, Node.Call call, ref Evaluation at, out Value value)
    {
        arguments[0].TryGetItem(0, out value);
        return true;
    }

    internal static bool Last(ReadOnlySpan<Value> arguments, Node.Call call, ref Evaluation at, out Value value)
    {
        var elements = arguments[0].Elements();
        value = elements.Length == 0 ? default : elements[^1];
        return true;
    }

    internal static bool Sum(ReadOnlySpan<Value> arguments, Node.Call call, ref Evaluation at, out Value value)
    {
        value = default;
        var total = Value.FromInteger(0);
        foreach (ref readonly var element in arguments[0].Elements().AsSpan())
        {
            if (!at.Burn(1, call))
            {
                return false;
            }

            if (!element.IsNumber)
            {
                return at.Fail(
                    ExpressionCodes.Type, call, $"`sum` adds numbers; one element is {element.Kinds().Describe()}");
            }

            if (!Arithmetic.TryCompute(call, Operator.Add, total, element, ref at, out var next))
            {
                return false;
            }

            total = next;
        }

        value = total;
        return true;
    }

    internal static bool Min(ReadOnlySpan<Value> arguments, Node.Call call, ref Evaluation at, out Value value) =>
        Choose(arguments, sign: -1, call, ref at, out value);

    internal static bool Max(ReadOnlySpan<Value> arguments, Node.Call call, ref Evaluation at, out Value value) =>
        Choose(arguments, sign: 1, call, ref at, out value);

    private static bool Choose(
        ReadOnlySpan<Value> arguments, int sign, Node.Call call, ref Evaluation at, out Value value)
    {
        var candidates = arguments is [{ Kind: ValueKind.List } list] ? list.Elements() : arguments;
        value = candidates.IsEmpty ? default : candidates[0];
        foreach (ref readonly var candidate in candidates)
        {
            if (!at.Burn(1, call))
            {
                return false;
            }

            if (!Operators.Takes(Operator.Less, value.Kinds(), candidate.Kinds()))
            {
                return at.Fail(
                    ExpressionCodes.Type,
                    call,
                    $"`{call.Function.Name}` takes only numbers or only texts; "
                    + $"here are {value.Kinds().Describe()} and {candidate.Kinds().Describe()}");
            }

            if (!Comparison.TryOrder(call, candidate, value, ref at, out var order))
            {
                return false;
            }

            value = Math.Sign(order) == sign ? candidate : value;
        }

        return true;
    }
}
