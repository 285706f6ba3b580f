using System.Collections.Immutable;
using System.Diagnostics;
using Orleans.Agents.Values;

namespace Orleans.Agents.Expressions;

/// <summary>Finds what a node yields. Every function answers false once the evaluation has failed.</summary>
internal static class Evaluator
{
    internal static bool TryEvaluate(Node node, ref Evaluation at, out Value value)
    {
        value = default;
        return at.Burn(1, node) && node switch
        {
            Node.Literal literal => Yield(literal.Value, out value),
            Node.Root root => TryRoot(root, ref at, out value),
            Node.Member member => TryMember(member, ref at, out value),
            Node.Binary binary => TryBinary(binary, ref at, out value),
            Node.Logical logical => TryLogical(logical, ref at, out value),
            Node.Not not => TryNot(not, ref at, out value),
            Node.Conditional conditional => TryConditional(conditional, ref at, out value),
            Node.Variable variable => Yield(at.Slot(variable.Slot), out value),
            Node.Element element => TryElement(element, ref at, out value),
            Node.Negate negate => TryNegate(negate, ref at, out value),
            Node.Default either => TryDefault(either, ref at, out value),
            Node.Call call => TryCall(call, ref at, out value),
            Node.Macro macro => Macros.TryEvaluate(macro, ref at, out value),
            Node.ListOf list => TryList(list, ref at, out value),
            Node.ObjectOf named => TryObject(named, ref at, out value),
            _ => throw new UnreachableException(node.GetType().Name),
        };
    }

    /// <summary>Evaluates where a boolean is wanted; null counts as false.</summary>
    internal static bool TryTest(Node node, ref Evaluation at, out bool holds)
    {
        holds = false;
        return TryEvaluate(node, ref at, out var value)
            && (value.TryGetBoolean(out holds) || value.IsNull || at.Fail(
                ExpressionCodes.Type, node, $"A condition is a boolean or null; this is {value.Kinds().Describe()}"));
    }

    private static bool Yield(in Value known, out Value value)
    {
        value = known;
        return true;
    }

    private static bool TryRoot(Node.Root root, ref Evaluation at, out Value value)
    {
        value = default;
        if (root.Place is RootPlace.Context)
        {
            value = at.Scope.WholeContext();
            return at.Produce(value.Size, root) && at.Burn(at.Scope.Context.Count, root);
        }

        value = root.Place switch
        {
            RootPlace.Input => Value.From(at.Scope.Input),
            RootPlace.Output => Value.From(at.Scope.Output),
            RootPlace.Error => Value.From(at.Scope.Error),
            RootPlace.Run => Value.From(at.Scope.Run),
            RootPlace.Env => Value.From(at.Scope.Env),
            _ => at.Scope.Find(root.Name),
        };
        return true;
    }

    private static bool TryMember(Node.Member member, ref Evaluation at, out Value value)
    {
        if (member.Target is Node.Root { Place: RootPlace.Context })
        {
            var context = at.Scope.Context;
            value = context.TryGetValue(member.Name, out var payload) ? Value.From(payload)
                : member.IsLength ? Value.FromInteger(context.Count)
                : default;
            return true;
        }

        value = default;
        if (!TryEvaluate(member.Target, ref at, out var target) || !at.Read(target, member))
        {
            return false;
        }

        if (!target.TryGetMember(member.Utf8.Span, out value) && !target.TryGetItem(member.Index, out value)
            && member.IsLength && target.Length is { } length)
        {
            value = Value.FromInteger(length);
        }

        return true;
    }

    private static bool TryElement(Node.Element element, ref Evaluation at, out Value value)
    {
        value = default;
        if (!TryEvaluate(element.Target, ref at, out var target) || !TryEvaluate(element.Key, ref at, out var key)
            || !at.Read(target, element) || !at.Read(key, element))
        {
            return false;
        }

        // What is not there is null, and so is anything inside it, whatever the index.
        var found = target.IsNull || key.IsNull
            || (key.Kind is ValueKind.Text && (target.TryGetMember(key.TextBytes().Span, out value) || true))
            || (key.TryGetInteger(out var index) && (target.TryGetItem(index, out value) || true));
        return found || at.Fail(
            ExpressionCodes.Type, element, $"An index is a whole number or a text; this is {key.Kinds().Describe()}");
    }

    private static bool TryNot(Node.Not not, ref Evaluation at, out Value value)
    {
        var evaluated = TryTest(not.Operand, ref at, out var holds);
        value = Value.FromBoolean(!holds);
        return evaluated;
    }

    private static bool TryLogical(Node.Logical logical, ref Evaluation at, out Value value)
    {
        value = default;
        if (!TryTest(logical.Left, ref at, out var holds))
        {
            return false;
        }

        if (holds == logical.IsAnd && !TryTest(logical.Right, ref at, out holds))
        {
            return false;
        }

        value = Value.FromBoolean(holds);
        return true;
    }

    private static bool TryConditional(Node.Conditional conditional, ref Evaluation at, out Value value)
    {
        value = default;
        return TryTest(conditional.Condition, ref at, out var holds)
            && TryEvaluate(holds ? conditional.Then : conditional.Otherwise, ref at, out value);
    }

    private static bool TryDefault(Node.Default either, ref Evaluation at, out Value value) =>
        TryEvaluate(either.First, ref at, out value)
        && (!value.IsNull || TryEvaluate(either.Second, ref at, out value));

    private static bool TryBinary(Node.Binary binary, ref Evaluation at, out Value value)
    {
        value = default;
        return TryEvaluate(binary.Left, ref at, out var left)
            && TryEvaluate(binary.Right, ref at, out var right)
            && (binary.Operation < Operator.Add
                ? Comparison.TryCompare(binary, left, right, ref at, out value)
                : Arithmetic.TryCompute(binary, left, right, ref at, out value));
    }

    private static bool TryNegate(Node.Negate negate, ref Evaluation at, out Value value)
    {
        value = default;
        return TryEvaluate(negate.Operand, ref at, out var operand)
            && (operand.IsNumber || at.Fail(
                ExpressionCodes.Type, negate, $"`-` takes a number; this is {operand.Kinds().Describe()}"))
            && Arithmetic.TryNegate(negate, operand, ref at, out value);
    }

    private static bool TryCall(Node.Call call, ref Evaluation at, out Value value)
    {
        value = default;
        if (!TryAll(call.Arguments, ref at, out var arguments))
        {
            return false;
        }

        for (var index = 0; index < arguments.Length; index++)
        {
            var kinds = arguments[index].Kinds();
            if ((kinds & call.Function.Takes(index)) == 0)
            {
                return at.Fail(
                    ExpressionCodes.Type, call.Arguments[index], call.Function.Refusal(index, kinds));
            }

            if (!at.Read(arguments[index], call))
            {
                return false;
            }
        }

        return call.Function.Body(arguments, call, ref at, out value);
    }

    private static bool TryList(Node.ListOf list, ref Evaluation at, out Value value)
    {
        value = default;
        return TryAll(list.Items, ref at, out var items) && at.Made(items, list, out value);
    }

    private static bool TryObject(Node.ObjectOf named, ref Evaluation at, out Value value)
    {
        value = default;
        if (!TryAll(named.Items, ref at, out var items))
        {
            return false;
        }

        var members = new Member[items.Length];
        for (var index = 0; index < items.Length; index++)
        {
            members[index] = new Member(named.Names[index], items[index]);
        }

        return at.Made(members, named, out value);
    }

    private static bool TryAll(ImmutableArray<Node> nodes, ref Evaluation at, out Value[] values)
    {
        values = nodes.Length == 0 ? [] : new Value[nodes.Length];
        for (var index = 0; index < nodes.Length; index++)
        {
            if (!TryEvaluate(nodes[index], ref at, out values[index]))
            {
                return false;
            }
        }

        return true;
    }
}
