using Orleans.Agents.Values;

namespace Orleans.Agents.Expressions;

/// <summary>The functions that make one type of another, and rounding.</summary>
internal static class ConversionFunctions
{
    // What refusing a text that is no JSON costs, in nodes visited.
    private const int ParseFuel = 100;

    private const int MaxDigits = 28;

    internal static bool Json(ReadOnlySpan<Value> arguments, Node.Call call, ref Evaluation at, out Value value)
    {
        value = default;
        var text = arguments[0].TextBytes();
        if (!at.Burn(ParseFuel, call) || !at.Produce(text.Length, call))
        {
            return false;
        }

        if (!Payload.TryParse(text, out var payload, out var problem))
        {
            return at.Fail(ExpressionCodes.Type, call, $"The text given to `json` is not JSON: {problem}");
        }

        value = Value.From(payload);
        return true;
    }

    internal static bool Number(ReadOnlySpan<Value> arguments, Node.Call call, ref Evaluation at, out Value value)
    {
        value = arguments[0];
        if (value.IsNumber)
        {
            return true;
        }

        var text = value.TextBytes();
        if (!Numbers.IsNumber(text.Span))
        {
            return at.Fail(ExpressionCodes.Type, call, "The text given to `number` is not a number as JSON writes it");
        }

        value = Value.FromRaw(text);
        return at.Produce(text.Length, call);
    }

    internal static bool String(ReadOnlySpan<Value> arguments, Node.Call call, ref Evaluation at, out Value value)
    {
        value = arguments[0];
        if (value.Kind is ValueKind.Text)
        {
            return true;
        }

        using var output = new JsonOutput(ExpressionLimits.MaxBytes);
        value.WriteTextTo(output);
        value = default;
        return output.IsOverLimit
            ? at.Produce(long.MaxValue / 2, call)
            : at.Made(output.ToArray(), call, out value);
    }

    internal static bool Round(ReadOnlySpan<Value> arguments, Node.Call call, ref Evaluation at, out Value value)
    {
        value = arguments[0];
        long digits = 0;
        if (arguments.Length > 1 && (!arguments[1].TryGetInteger(out digits) || digits is < 0 or > MaxDigits))
        {
            return at.Fail(
                ExpressionCodes.Range,
                call.Arguments[1],
                $"`round` keeps a whole number of digits from 0 to {MaxDigits}");
        }

        if (value.Kind is ValueKind.Integer)
        {
            return true;
        }

        if (!Arithmetic.TryRead(call, value, ref at, out var number))
        {
            return false;
        }

        var rounded = Value.FromDecimal(decimal.Round(number, (int)digits, MidpointRounding.AwayFromZero));
        value = rounded.TryGetInteger(out var whole) ? Value.FromInteger(whole) : rounded;
        return true;
    }
}
