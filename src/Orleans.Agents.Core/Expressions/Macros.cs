using Orleans.Agents.Values;

namespace Orleans.Agents.Expressions;

/// <summary>Does something with each element of a list, under a name of its own.</summary>
internal static class Macros
{
    internal static bool TryEvaluate(Node.Macro macro, ref Evaluation at, out Value value)
    {
        value = default;
        if (!Evaluator.TryEvaluate(macro.Target, ref at, out var target))
        {
            return false;
        }

        if (target.Kind is not ValueKind.List)
        {
            return at.Fail(
                ExpressionCodes.Type, macro.Target, $"Only a list has elements; this is {target.Kinds().Describe()}");
        }

        if (!at.Read(target, macro))
        {
            return false;
        }

        var elements = target.Elements();
        return macro.Kind switch
        {
            MacroKind.Map => TryMap(macro, elements, ref at, out value),
            MacroKind.Filter => TryFilter(macro, elements, ref at, out value),
            _ => TryQuantify(macro, elements, ref at, out value),
        };
    }

    private static bool TryMap(Node.Macro macro, Value[] elements, ref Evaluation at, out Value value)
    {
        value = default;
        var mapped = new Value[elements.Length];
        for (var index = 0; index < elements.Length; index++)
        {
            at.Slot(macro.Slot) = elements[index];
            if (!Evaluator.TryEvaluate(macro.Body, ref at, out mapped[index]))
            {
                return false;
            }
        }

        return at.Made(mapped, macro, out value);
    }

    private static bool TryFilter(Node.Macro macro, Value[] elements, ref Evaluation at, out Value value)
    {
        value = default;
        var kept = new List<Value>();
        foreach (ref readonly var element in elements.AsSpan())
        {
            at.Slot(macro.Slot) = element;
            if (!Evaluator.TryTest(macro.Body, ref at, out var holds))
            {
                return false;
            }

            if (holds)
            {
                kept.Add(element);
            }
        }

        return at.Made([.. kept], macro, out value);
    }

    private static bool TryQuantify(Node.Macro macro, Value[] elements, ref Evaluation at, out Value value)
    {
        value = default;
        var isAll = macro.Kind is MacroKind.All;
        var result = isAll;
        foreach (ref readonly var element in elements.AsSpan())
        {
            at.Slot(macro.Slot) = element;
            if (!Evaluator.TryTest(macro.Body, ref at, out result))
            {
                return false;
            }

            if (result != isAll)
            {
                break;
            }
        }

        value = Value.FromBoolean(result);
        return true;
    }
}
