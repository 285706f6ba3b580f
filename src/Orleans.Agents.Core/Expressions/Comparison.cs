using Orleans.Agents.Values;

namespace Orleans.Agents.Expressions;

/// <summary>What is equal, what comes first, and what is in what.</summary>
internal static class Comparison
{
    internal static bool TryCompare(Node.Binary node, in Value left, in Value right, ref Evaluation at, out Value value)
    {
        value = default;
        bool holds;
        if (node.Operation is Operator.Equal or Operator.NotEqual)
        {
            if (!TryEquals(node, left, right, ref at, out holds))
            {
                return false;
            }

            holds ^= node.Operation is Operator.NotEqual;
        }
        else if (!Operators.Takes(node.Operation, left.Kinds(), right.Kinds()))
        {
            return at.Fail(
                ExpressionCodes.Type, node, Operators.Refusal(node.Operation, left.Kinds(), right.Kinds()));
        }
        else if (node.Operation is Operator.In)
        {
            if (!TryFind(node, left, right, ref at, out holds))
            {
                return false;
            }
        }
        else
        {
            if (!TryOrder(node, left, right, ref at, out var order))
            {
                return false;
            }

            holds = node.Operation switch
            {
                Operator.Less => order < 0,
                Operator.LessOrEqual => order <= 0,
                Operator.Greater => order > 0,
                _ => order >= 0,
            };
        }

        value = Value.FromBoolean(holds);
        return true;
    }

    /// <summary>Which of two numbers or two texts comes first. Texts go by their bytes in UTF-8.</summary>
    internal static bool TryOrder(Node node, in Value left, in Value right, ref Evaluation at, out int order)
    {
        order = 0;
        if (left.Kind is ValueKind.Text)
        {
            if (!at.Read(left, node) || !at.Read(right, node))
            {
                return false;
            }

            order = left.TextBytes().Span.SequenceCompareTo(right.TextBytes().Span);
            return true;
        }

        if (left.Kind is ValueKind.Integer && right.Kind is ValueKind.Integer
            && left.TryGetInteger(out var one) && right.TryGetInteger(out var other))
        {
            order = one.CompareTo(other);
            return true;
        }

        if (!Arithmetic.TryRead(node, left, right, ref at, out var first, out var second))
        {
            return false;
        }

        order = first.CompareTo(second);
        return true;
    }

    internal static bool TryEquals(Node node, in Value left, in Value right, ref Evaluation at, out bool equal)
    {
        equal = false;
        var kinds = left.Kinds();
        if (!at.Burn(1, node) || kinds != right.Kinds())
        {
            return at.Failure is null;
        }

        switch (kinds)
        {
            case Kinds.Null:
                equal = true;
                return true;
            case Kinds.Boolean:
                equal = left.TryGetBoolean(out var one) == right.TryGetBoolean(out var other) && one == other;
                return true;
            case Kinds.List:
                return TryEqualLists(node, left, right, ref at, out equal);
            case Kinds.Object:
                return TryEqualObjects(node, left, right, ref at, out equal);
            default:
                var ordered = TryOrder(node, left, right, ref at, out var order);
                equal = ordered && order == 0;
                return ordered;
        }
    }

    /// <summary>Whether a value is an element of a list.</summary>
    internal static bool TryFindElement(Node node, in Value element, in Value list, ref Evaluation at, out bool found)
    {
        found = false;
        foreach (ref readonly var candidate in list.Elements().AsSpan())
        {
            if (!TryEquals(node, element, candidate, ref at, out found))
            {
                return false;
            }

            if (found)
            {
                return true;
            }
        }

        return true;
    }

    private static bool TryFind(Node node, in Value left, in Value right, ref Evaluation at, out bool found)
    {
        found = false;
        if (!at.Read(left, node) || !at.Read(right, node))
        {
            return false;
        }

        switch (right.Kind)
        {
            case ValueKind.List:
                return TryFindElement(node, left, right, ref at, out found);
            case ValueKind.Object:
                found = left.Kind is ValueKind.Text && right.TryGetMember(left.TextBytes().Span, out _);
                return true;
            default:
                found = right.TextBytes().Span.IndexOf(left.TextBytes().Span) >= 0;
                return true;
        }
    }

    private static bool TryEqualLists(Node node, in Value left, in Value right, ref Evaluation at, out bool equal)
    {
        equal = false;
        if (!at.Read(left, node) || !at.Read(right, node))
        {
            return false;
        }

        var ones = left.Elements();
        var others = right.Elements();
        if (ones.Length != others.Length)
        {
            return true;
        }

        for (var index = 0; index < ones.Length; index++)
        {
            if (!TryEquals(node, ones[index], others[index], ref at, out equal) || !equal)
            {
                return at.Failure is null;
            }
        }

        equal = true;
        return true;
    }

    private static bool TryEqualObjects(Node node, in Value left, in Value right, ref Evaluation at, out bool equal)
    {
        equal = false;
        if (!at.Read(left, node) || !at.Read(right, node))
        {
            return false;
        }

        var ones = left.Members();
        var others = right.Members();
        if (ones.Length != others.Length)
        {
            return true;
        }

        var byName = others.ToDictionary(member => member.Name, member => member.Value, Utf8Names.Comparer);
        foreach (ref readonly var member in ones.AsSpan())
        {
            if (!byName.TryGetValue(member.Name, out var other)
                || !TryEquals(node, member.Value, other, ref at, out equal) || !equal)
            {
                equal = false;
                return at.Failure is null;
            }
        }

        equal = true;
        return true;
    }
}
