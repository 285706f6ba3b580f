using System.Collections.Immutable;
using Orleans.Agents.Values;

namespace Orleans.Agents.Expressions;

/// <summary>
/// Checks what is known of a call's arguments. There is such a function: the builder has seen to that.
/// </summary>
internal static class CallRules
{
    internal static Node? Resolve(Token name, ImmutableArray<Node> arguments, Extent at, out ExpressionError? error)
    {
        error = CheckCount(name, arguments.Length, at);
        if (error is not null)
        {
            return null;
        }

        if (name.Text == Functions.Has)
        {
            var isPath = arguments[0] is Node.Root or Node.Variable or Node.Member or Node.Element;
            error = isPath ? null : Error(
                ExpressionCodes.Function, arguments[0].At, "`has` takes a path.", "a path such as `context.plan`");
            return isPath
                ? new Node.Binary(at, Operator.NotEqual, arguments[0], new Node.Literal(at, Value.Null))
                : null;
        }

        return name.Text == Functions.Default
            ? new Node.Default(at, arguments[0], arguments[1])
            : Ordinary(Functions.Get(name.Text), arguments, at, out error);
    }

    private static ExpressionError? CheckCount(Token name, int count, Extent at)
    {
        var takes = Functions.Find(name.Text)!.Value;
        if (count >= takes.Fewest && count <= takes.Most)
        {
            return null;
        }

        var wanted = takes.Fewest == takes.Most ? $"{takes.Fewest}" : $"{takes.Fewest} to {takes.Most}";
        return Error(
            ExpressionCodes.Function,
            at,
            $"`{name.Text}` does not take {count} arguments.",
            $"{wanted} {(takes.Most == 1 ? "argument" : "arguments")}");
    }

    private static Node.Call? Ordinary(
        Function function, ImmutableArray<Node> arguments, Extent at, out ExpressionError? error)
    {
        error = null;
        for (var index = 0; index < arguments.Length; index++)
        {
            if ((arguments[index].Kinds & function.Takes(index)) == 0)
            {
                error = Error(
                    ExpressionCodes.Type,
                    arguments[index].At,
                    $"{function.Refusal(index, arguments[index].Kinds)}.",
                    function.Takes(index).Describe());
                return null;
            }
        }

        Pattern? pattern = null;
        if (function.Name is Functions.Matches or Functions.FindName && arguments[1] is Node.Literal { Value: var literal }
            && literal.TryGetText(out var text) && !Pattern.TryCompile(text, out pattern, out var problem))
        {
            error = Error(ExpressionCodes.Type, arguments[1].At, problem, "a regular expression");
            return null;
        }

        return new Node.Call(at, function, arguments, pattern);
    }

    private static ExpressionError Error(
        string code, Extent at, string message, string? expected = null, string? suggestion = null) =>
        new(code, at.Offset, at.Length, message, expected, suggestion);
}
