using System.Collections.Immutable;
using Orleans.Agents.Expressions;
using Orleans.Agents.Values;

namespace Orleans.Agents.Core.Tests.Expressions;

/// <summary>Says in one line what an expression does.</summary>
internal static class Spoken
{
    internal static Scope Scope { get; } = new Scope
    {
        Input = Payload.Parse(
            """
            {"text": "Grüße", "escaped": "a\n\u00e9\ud83d\ude00\"\\\/\b\f\r\t", "lone": "\ud800x", "empty": "",
             "list": [3, 1, 2], "none": [], "texts": ["b", "a"], "mixed": [1, "a", null, {"k": [1, 2]}],
             "deep": {"a": [{"b": 5}], "a-b": 6, "0": "zero"}, "n": 7, "d": 2.50, "z": -0.0, "m": -7,
             "huge": 1e400, "big": 12345678901234567890123, "max": 9223372036854775807, "min": -9223372036854775808,
             "nothing": null, "yes": true, "no": false, "twice": {"x": 1, "x": 2, "\u0078": 3},
             "own": {"length": "mine"}}
            """),
        Context = Context(("score", "9"), ("round", "2"), ("plan", """{"tasks":["a","b"]}""")),
        Output = Payload.Parse("""{"approved": true}"""),
        Error = Payload.Parse("""{"code": "model.rate_limited"}"""),
        Run = Payload.Parse("""{"cycle": {"remaining": 1}}"""),
        Env = Payload.Parse("""{"REGION": "eu"}"""),
    };

    internal static ImmutableSortedDictionary<string, Payload> Context(params (string Name, string Json)[] members) =>
        members.ToImmutableSortedDictionary(one => one.Name, one => Payload.Parse(one.Json), StringComparer.Ordinal);

    internal static Expression Parse(string text, ExpressionNames? names = null)
    {
        var succeeded = Expression.TryParse(text, names ?? ExpressionNames.All, out var expression, out var error);
        Assert.True(succeeded, $"{text}: {error}");
        return expression!;
    }

    internal static ExpressionError Refused(string text, ExpressionNames? names = null)
    {
        Assert.False(Expression.TryParse(text, names ?? ExpressionNames.All, out var expression, out var error), text);
        Assert.Null(expression);
        return error;
    }

    internal static string Yield(string text, Scope? scope = null)
    {
        var succeeded = Parse(text).TryEvaluate(scope ?? Scope, out var value, out var failure);
        Assert.True(succeeded, $"{text}: {failure}");
        Assert.Null(failure);
        return value.ToString();
    }

    internal static ExpressionFailure Fail(string text, Scope? scope = null)
    {
        var succeeded = Parse(text).TryEvaluate(scope ?? Scope, out var value, out var failure);
        Assert.False(succeeded, $"{text} yields {value}");
        Assert.True(value.IsNull);
        return failure!;
    }

    internal static Scope With(string input) => new() { Input = Payload.Parse(input) };
}
