using Orleans.Agents.Expressions;

namespace Orleans.Agents.Core.Tests.Expressions;

public sealed class ExpressionErrorTests
{
    [Theory]
    [InlineData("", 0, 0)]
    [InlineData("  ", 2, 0)]
    [InlineData("1 +", 3, 0)]
    [InlineData("1 + + 2", 4, 1)]
    [InlineData("1 2", 2, 1)]
    [InlineData("(1", 2, 0)]
    [InlineData("1)", 1, 1)]
    [InlineData("[1, 2", 5, 0)]
    [InlineData("[1 2]", 3, 1)]
    [InlineData("[1,]", 3, 1)]
    [InlineData("{a 1}", 3, 1)]
    [InlineData("{a: }", 4, 1)]
    [InlineData("{a: 1, a: 2}", 7, 1)]
    [InlineData("{a: 1 b: 2}", 6, 1)]
    [InlineData("{1: 2}", 1, 1)]
    [InlineData("{a: 1", 5, 0)]
    [InlineData("input.", 6, 0)]
    [InlineData("input.+", 6, 1)]
    [InlineData("input[", 6, 0)]
    [InlineData("input[1", 7, 0)]
    [InlineData("input[]", 6, 1)]
    [InlineData("true ? 1", 8, 0)]
    [InlineData("true ? : 2", 7, 1)]
    [InlineData("true ? 1 : ", 11, 0)]
    [InlineData("'abc", 0, 4)]
    [InlineData("'abc\\", 4, 1)]
    [InlineData("1 = 2", 2, 1)]
    [InlineData("1 & 2", 2, 1)]
    [InlineData("1 | 2", 2, 1)]
    [InlineData("1 $ 2", 2, 1)]
    [InlineData("1 \u0001 2", 2, 1)]
    [InlineData("'\\d'", 1, 2)]
    [InlineData("'\\u00g0'", 1, 2)]
    [InlineData("'\\u00", 1, 2)]
    [InlineData("'\\ud800'", 0, 8)]
    [InlineData("'\\ud800a'", 0, 9)]
    [InlineData("1a", 1, 1)]
    [InlineData("1.5.5", 3, 1)]
    [InlineData("1.", 1, 1)]
    [InlineData("1e3", 1, 1)]
    [InlineData("007", 0, 3)]
    [InlineData("00.5", 0, 4)]
    [InlineData("1 + not true", 4, 3)]
    [InlineData("1 not in [1]", 2, 3)]
    [InlineData("-", 1, 0)]
    [InlineData("!", 1, 0)]
    [InlineData("not", 3, 0)]
    [InlineData("input.list.map(", 15, 0)]
    [InlineData("input.list.map(1, 2)", 15, 1)]
    [InlineData("input.list.map(x)", 16, 1)]
    [InlineData("input.list.map(x, x", 19, 0)]
    [InlineData("input.list.map(x, )", 18, 1)]
    [InlineData("size(", 5, 0)]
    [InlineData("1 + 'a' $", 8, 1)]
    public void A_syntax_error_says_where_it_is(string text, int offset, int length)
    {
        var error = Spoken.Refused(text);
        Assert.True((error.Code, error.Offset, error.Length) switch
        {
            (ExpressionCodes.Syntax, var at, var size) => (at, size) == (offset, length),

            // An earlier certain type error may come first.
            (ExpressionCodes.Type, _, _) => text.StartsWith("1 + 'a'", StringComparison.Ordinal) && error.Offset == 0,
            _ => false,
        }, $"{text}: {error}");
    }

    [Theory]
    [InlineData("inptu.x", ExpressionCodes.Name, 0, "input")]
    [InlineData("1 + contxt.x", ExpressionCodes.Name, 4, "context")]
    [InlineData("tru", ExpressionCodes.Name, 0, "true")]
    [InlineData("zzzzzz", ExpressionCodes.Name, 0, null)]
    [InlineData("size == 1", ExpressionCodes.Name, 0, "size(…)")]
    [InlineData("[1].map(item, itme)", ExpressionCodes.Name, 14, "item")]
    [InlineData("[1].map(item, 1) + item", ExpressionCodes.Name, 19, null)]
    [InlineData("[1].map(input, 1)", ExpressionCodes.Name, 8, null)]
    [InlineData("[1].map(None, 1)", ExpressionCodes.Name, 8, null)]
    [InlineData("lowr('a')", ExpressionCodes.Function, 0, "lower")]
    [InlineData("LOWER('a')", ExpressionCodes.Function, 0, "lower")]
    [InlineData("lwoer('a')", ExpressionCodes.Function, 0, "lower")]
    [InlineData("frobnicate()", ExpressionCodes.Function, 0, null)]
    [InlineData("size()", ExpressionCodes.Function, 0, null)]
    [InlineData("1 + size(1, 2)", ExpressionCodes.Function, 4, null)]
    [InlineData("round()", ExpressionCodes.Function, 0, null)]
    [InlineData("has('x')", ExpressionCodes.Function, 4, null)]
    [InlineData("has()", ExpressionCodes.Function, 0, null)]
    [InlineData("default(1)", ExpressionCodes.Function, 0, null)]
    [InlineData("input.list.fliter(x, x)", ExpressionCodes.Function, 11, "filter")]
    [InlineData("input.list.size()", ExpressionCodes.Function, 11, "size(…)")]
    [InlineData("1 = 2", ExpressionCodes.Syntax, 2, "==")]
    [InlineData("'\\d'", ExpressionCodes.Syntax, 1, "\\\\d")]
    [InlineData("007", ExpressionCodes.Syntax, 0, "7")]
    [InlineData("1 not in [1]", ExpressionCodes.Syntax, 2, "not (… in …)")]
    public void An_error_suggests_what_was_probably_meant(string text, string code, int offset, string? suggestion)
    {
        var error = Spoken.Refused(text);
        Assert.Equal((code, offset, suggestion), (error.Code, error.Offset, error.Suggestion));
    }

    [Theory]
    [InlineData("'a' < 1", 0)]
    [InlineData("not 5", 4)]
    [InlineData("!'a'", 1)]
    [InlineData("1 + true", 0)]
    [InlineData("-'a'", 1)]
    [InlineData("1 ? 2 : 3", 0)]
    [InlineData("true && 1", 8)]
    [InlineData("[] || true", 0)]
    [InlineData("1 < 2 < 3", 0)]
    [InlineData("null < 1", 0)]
    [InlineData("1 in 2", 0)]
    [InlineData("1 in 'a'", 0)]
    [InlineData("context + 1", 0)]
    [InlineData("context.a + (1 == 1)", 0)]
    [InlineData("(1 + context.a) + 'a'", 1)]
    [InlineData("size(1 + 1)", 5)]
    [InlineData("lower(input.a.map(x, x))", 6)]
    [InlineData("round(1, '2')", 9)]
    [InlineData("{}.map(x, x)", 0)]
    [InlineData("[1].filter(x, 1)", 14)]
    [InlineData("matches(input.a, '(')", 17)]
    [InlineData("find(input.a, '(')", 14)]
    [InlineData("matches(input.a, '(a)\\\\1')", 17)]
    [InlineData("matches(input.a, '[a[b]')", 17)]
    [InlineData("matches(input.a, '(?ix) a')", 17)]
    [InlineData("matches(input.a, '(a{99}){99}')", 17)]
    [InlineData("matches(input.a, '((a{1000}){1000}){1000}')", 17)]
    [InlineData("matches(input.a, '(((a{1000}b')", 17)]
    [InlineData("matches(input.a, '[a')", 17)]
    [InlineData("matches(input.a, '(?#')", 17)]
    [InlineData("matches(input.a, '\\\\')", 17)]
    [InlineData("matches(input.a, '\\\\p{L')", 17)]
    public void A_certain_type_error_is_found_at_load(string text, int offset)
    {
        var error = Spoken.Refused(text);
        Assert.Equal((ExpressionCodes.Type, offset), (error.Code, error.Offset));
    }

    [Fact]
    public void Function_errors_say_how_many_arguments_are_wanted()
    {
        Assert.Equal("1 argument", Spoken.Refused("size()").Expected);
        Assert.Equal("2 arguments", Spoken.Refused("join([])").Expected);
        Assert.Equal("1 to 2 arguments", Spoken.Refused("round()").Expected);
        Assert.Equal("`size` does not take 0 arguments.", Spoken.Refused("size()").Message);
    }

    [Fact]
    public void Type_errors_say_what_was_found()
    {
        Assert.Equal(
            "`<` takes two numbers or two texts; here the left is a text, the right a number.",
            Spoken.Refused("'a' < 1").Message);
        Assert.Equal(
            "`+` takes two numbers, two texts or two lists; here the left is a number, the right null or a text",
            Spoken.Refused("1 + (context.a ? null : 'x')").Message.TrimEnd('.'));
    }
}
