using Orleans.Agents.Expressions;
using Orleans.Agents.Values;

namespace Orleans.Agents.Core.Tests.Expressions;

public sealed class LimitTests
{
    [Theory]
    [InlineData("(", "1", ")")]
    [InlineData("[", "1", "]")]
    [InlineData("{a:", "1", "}")]
    [InlineData("!", "true", "")]
    [InlineData("not ", "true", "")]
    [InlineData("- ", "input", "")]
    [InlineData("string(", "1", ")")]
    [InlineData("input[", "1", "]")]
    [InlineData("true ? 1 : ", "1", "")]
    [InlineData("[1].map(x, ", "1", ")")]
    public void Nesting_is_bounded_in_every_form(string open, string middle, string close)
    {
        Assert.Equal(ExpressionCodes.Limit, Spoken.Refused(Nest(65)).Code);
        Assert.Equal(ExpressionCodes.Limit, Spoken.Refused(Nest(1_000)).Code);
        Spoken.Parse(Nest(60)).TryEvaluate(Spoken.Scope, out _, out _);

        string Nest(int depth) =>
            string.Concat(Enumerable.Repeat(open, depth)) + middle + string.Concat(Enumerable.Repeat(close, depth));
    }

    [Theory]
    [InlineData("1", " + 1")]
    [InlineData("true", " and true")]
    [InlineData("input", ".a")]
    [InlineData("input", "[0]")]
    public void A_chain_is_bounded(string first, string next)
    {
        Assert.Equal(ExpressionCodes.Limit, Spoken.Refused(Chain(256)).Code);
        Assert.Equal(ExpressionCodes.Limit, Spoken.Refused(Chain(1_800)).Code);
        Assert.True(Spoken.Parse(Chain(255)).TryEvaluate(Spoken.Scope, out _, out _));

        string Chain(int length) => first + string.Concat(Enumerable.Repeat(next, length));
    }

    [Fact]
    public void The_text_is_bounded()
    {
        Assert.Equal("1", Spoken.Yield("1".PadLeft(ExpressionLimits.MaxText)));
        var error = Spoken.Refused("1".PadLeft(ExpressionLimits.MaxText + 1));
        Assert.Equal((ExpressionCodes.Limit, ExpressionLimits.MaxText, 1), (error.Code, error.Offset, error.Length));
        Assert.Equal(ExpressionCodes.Limit, Spoken.Refused("79228162514264337593543950336").Code);
    }

    [Theory]
    [InlineData("input.l.map(a, input.l.map(b, input.l.map(c, 1)))")]
    [InlineData("input.l.all(a, input.l.all(b, input.l.all(c, input.l.all(d, true))))")]
    [InlineData("input.l.all(a, input.l.all(b, input.l == input.l))")]
    [InlineData("input.l.all(a, input.l.all(b, !(-1 in input.l)))")]
    [InlineData("input.l.all(a, input.l.all(b, sum(input.l) > 0))")]
    [InlineData("input.l.all(a, input.l.all(b, max(input.l) > 0))")]
    [InlineData("input.l.all(a, input.l.all(b, split(input.t, 'x').length > 0))")]
    [InlineData("input.l.all(a, input.l.all(b, lower(input.t) == lower(input.t)))")]
    [InlineData("input.l.all(a, input.l.all(b, input.t + 'a' != input.t))")]
    [InlineData("input.l.all(a, input.l.all(b, matches(input.t, '(x|xx|xxx){1,100}y') or true))")]
    [InlineData("input.l.all(a, input.l.all(b, matches(input.t, 'x' + string(b)) or true))")]
    [InlineData("input.l.map(a, input.l)")]
    [InlineData("input.l.map(a, input.l.map(b, {x: input.t}))")]
    [InlineData("input.l.map(a, input.l.map(b, context))")]
    [InlineData("input.l.map(a, input.l.map(b, string(input.l)))")]
    [InlineData("input.l.map(a, input.l.map(b, number(input.digits)))")]
    [InlineData("input.l.map(a, input.l.map(b, join(input.l, input.t)))")]
    [InlineData("input.l.map(a, input.l.map(b, json(input.json)))")]
    [InlineData("join(input.l, input.wide)")]
    [InlineData("input.l.filter(a, input.l.all(b, input.l[b] == b))")]
    [InlineData("input.l.exists(a, input.l.exists(b, input.t < 'a'))")]
    [InlineData("input.l.exists(a, input.l.exists(b, 'a' in input.t))")]
    [InlineData("input.l.exists(a, input.l.exists(b, input.t < input.wide))")]
    [InlineData("input.l.exists(a, input.l.exists(b, {x: input.l} == {y: b}))")]
    [InlineData("string(input.l.map(a, input.l.map(b, input.wide)))")]
    public void Work_and_output_are_bounded(string text)
    {
        var list = string.Join(',', Enumerable.Range(0, 2_000));
        var scope = Spoken.With(
            $$"""
            {"l": [{{list}}], "t": "{{new string('x', 2_000)}}", "digits": "{{new string('1', 2_000)}}",
             "wide": "{{new string('w', 3_000)}}", "json": "[[[[1]]]]"}
            """) with
        {
            Context = Spoken.Context(("a", "1")),
        };
        Assert.Equal(ExpressionCodes.Limit, Spoken.Fail(text, scope).Code);
    }

    [Fact]
    public void A_text_too_large_to_convert_is_a_failure()
    {
        var scope = new Scope { Input = Payload.FromText(new string('x', ExpressionLimits.MaxBytes + 1)) };
        Assert.Equal(ExpressionCodes.Limit, Spoken.Fail("upper(input)", scope).Code);
        Assert.Equal(ExpressionCodes.Limit, Spoken.Fail("string([input])", scope).Code);
        Assert.Equal("true", Spoken.Yield("input == input and input != ''", scope));
        var list = new Scope { Input = Payload.Parse($"[\"{new string('x', ExpressionLimits.MaxBytes)}\", 1]") };
        Assert.Equal(ExpressionCodes.Limit, Spoken.Fail("string(input)", list).Code);
    }

    [Fact]
    public void A_pattern_of_many_characters_is_refused()
    {
        var text = new string('a', ExpressionLimits.MaxPatternText + 1);
        Assert.Equal(ExpressionCodes.Type, Spoken.Refused($"matches(input, '{text}')").Code);
    }

    [Fact]
    public void What_is_made_never_nests_deeper_than_a_payload_may()
    {
        var deep = new string('[', 64) + new string(']', 64);
        var scope = Spoken.With($"{{\"a\": {deep[1..^1]}}}");
        Assert.Equal(deep, Spoken.Yield("[input.a]", scope));
        Assert.Equal(ExpressionCodes.Limit, Spoken.Fail("[[input.a]]", scope).Code);
        Assert.Equal(ExpressionCodes.Limit, Spoken.Fail("{a: {b: input.a}}", scope).Code);
        Assert.Equal(ExpressionCodes.Limit, Spoken.Fail("[input.a].map(x, [x])", scope).Code);
    }
}
