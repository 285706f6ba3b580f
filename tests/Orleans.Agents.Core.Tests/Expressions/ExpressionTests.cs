using Orleans.Agents.Expressions;
using Orleans.Agents.Failures;
using Orleans.Agents.Values;

namespace Orleans.Agents.Core.Tests.Expressions;

public sealed class ExpressionTests
{
    [Theory]
    [InlineData("null", "null")]
    [InlineData("None", "null")]
    [InlineData("True == true and False == false", "true")]
    [InlineData("1.50", "1.50")]
    [InlineData("-1.50", "-1.50")]
    [InlineData("- 3", "-3")]
    [InlineData("-9223372036854775808", "-9223372036854775808")]
    [InlineData("12345678901234567890123", "12345678901234567890123")]
    [InlineData("'it\\'s' + \"\\\"\"", "\"it's\\\"\"")]
    [InlineData(@"'\n\t\\\u00e9\ud83d\ude00'", "\"\\n\\t\\\\é\\uD83D\\uDE00\"")]
    [InlineData("'a\nb'", "\"a\\nb\"")]
    [InlineData("[]", "[]")]
    [InlineData("{}", "{}")]
    [InlineData("[1, [true, null], 'x', {}]", "[1,[true,null],\"x\",{}]")]
    [InlineData("{ 'b': 1, a: [2.0], \"c d\": input.no }", "{\"b\":1,\"a\":[2.0],\"c d\":false}")]
    public void A_literal_means_itself(string text, string expected) => Assert.Equal(expected, Spoken.Yield(text));

    [Theory]
    [InlineData("input.deep.a[0].b", "5")]
    [InlineData("input.deep.a.0.b", "5")]
    [InlineData("input.deep['a'][0]['b']", "5")]
    [InlineData("input.deep.a-b", "6")]
    [InlineData("input.n-input.m", "null")]
    [InlineData("input.n - input.m", "14")]
    [InlineData("input.n -1", "6")]
    [InlineData("input.deep.0", "\"zero\"")]
    [InlineData("input.deep['0']", "\"zero\"")]
    [InlineData("input.list['0']", "null")]
    [InlineData("input.list[1 + 1]", "2")]
    [InlineData("input.list[1.0]", "1")]
    [InlineData("input.list[-1]", "null")]
    [InlineData("input.list[3]", "null")]
    [InlineData("input.list.99999999999999999999", "null")]
    [InlineData("input.list[input.max]", "null")]
    [InlineData("input.list[input.nothing]", "null")]
    [InlineData("input.nothing.a.b[0]", "null")]
    [InlineData("input.n.a", "null")]
    [InlineData("input[lower('DEEP')].a.length", "1")]
    [InlineData("input.list[lower('A')]", "null")]
    [InlineData("input.list.length", "3")]
    [InlineData("[1, 2].length", "2")]
    [InlineData("[1, 2].1", "2")]
    [InlineData("[1, 2].2", "null")]
    [InlineData("input.text.length", "5")]
    [InlineData("'😀😀'.length", "2")]
    [InlineData("input.deep.length", "3")]
    [InlineData("input.own.length", "\"mine\"")]
    [InlineData("input.deep['length']", "null")]
    [InlineData("input.n.length", "null")]
    [InlineData("input.twice.x", "3")]
    [InlineData("input.twice.length", "1")]
    [InlineData("{a: 1}.a + {a: 1}['a']", "2")]
    [InlineData("{a: 1}.b", "null")]
    [InlineData("context.score", "9")]
    [InlineData("context.length", "3")]
    [InlineData("context.nowhere", "null")]
    [InlineData("context", "{\"plan\":{\"tasks\":[\"a\",\"b\"]},\"round\":2,\"score\":9}")]
    [InlineData("context['sc' + 'ore']", "9")]
    [InlineData("output.approved and run.cycle.remaining == 1", "true")]
    [InlineData("error.code + env.REGION", "\"model.rate_limitedeu\"")]
    [InlineData("input.in == input.not", "true")]
    [InlineData("input . n", "7")]
    public void A_path_leads_to_its_value_or_to_null(string text, string expected) =>
        Assert.Equal(expected, Spoken.Yield(text));

    [Theory]
    [InlineData("1 + 2 * 3", "7")]
    [InlineData("(1 + 2) * 3", "9")]
    [InlineData("2 - 1 - 1", "0")]
    [InlineData("8 / 4 / 2", "1")]
    [InlineData("-input.n + 1", "-6")]
    [InlineData("-input.n.x == null ? 1 : 2", null)]
    [InlineData("true || false && false", "true")]
    [InlineData("not 1 == 2", "true")]
    [InlineData("!true == false", "true")]
    [InlineData("not true or true", "true")]
    [InlineData("not not true", "true")]
    [InlineData("!!true", "true")]
    [InlineData("not 1 in [2]", "true")]
    [InlineData("1 + 1 in [2]", "true")]
    [InlineData("1 < 2 == true", "true")]
    [InlineData("1 < 2 and 2 < 3", "true")]
    [InlineData("true ? 1 : false ? 2 : 3", "1")]
    [InlineData("false ? 1 : false ? 2 : 3", "3")]
    [InlineData("1 == 2 ? 'a' : 'b' + 'c'", "\"bc\"")]
    [InlineData("- -3", "3")]
    [InlineData("5 % 3 * 2", "4")]
    public void Operators_bind_as_the_table_says(string text, string? expected)
    {
        if (expected is null)
        {
            Assert.Equal(ExpressionCodes.Type, Spoken.Fail(text).Code);
            return;
        }

        Assert.Equal(expected, Spoken.Yield(text));
    }

    [Fact]
    public void Null_counts_as_false_in_a_condition_and_other_types_fail()
    {
        Assert.Equal("false", Spoken.Yield("input.nothing && input.text"));
        Assert.Equal("true", Spoken.Yield("!input.nothing"));
        Assert.Equal("false", Spoken.Yield("input.nothing || null"));
        Assert.Equal("2", Spoken.Yield("input.nothing ? 1 : 2"));
        Assert.Equal("true", Spoken.Yield("input.yes || input.text"));
        foreach (var text in (string[])["input.text || true", "true && input.n", "!input.list", "input.deep ? 1 : 2"])
        {
            Assert.Equal(ExpressionCodes.Type, Spoken.Fail(text).Code);
        }
    }

    [Fact]
    public void A_test_holds_only_for_true()
    {
        Assert.True(Spoken.Parse("context.score >= 8").TryTest(Spoken.Scope, out var holds, out _));
        Assert.True(holds);
        Assert.True(Spoken.Parse("input.nothing").TryTest(Spoken.Scope, out holds, out _));
        Assert.False(holds);
        Assert.False(Spoken.Parse("input.text").TryTest(Spoken.Scope, out holds, out var failure));
        Assert.False(holds);
        Assert.Equal(ExpressionCodes.Type, failure.Code);
    }

    [Fact]
    public void A_failure_becomes_a_permanent_failure_of_the_run()
    {
        var failure = Spoken.Fail("context.score + input.text").ToFailure();
        Assert.Equal((FailureClass.Permanent, ExpressionCodes.Type), (failure.Class, failure.Code));
        Assert.Contains("at position 1 of `context.score + input.text`", failure.Message, StringComparison.Ordinal);
        Assert.InRange(Spoken.Fail($"{new string(' ', 9_000)}1 / input.z").ToFailure().Message.Length, 1, 300);
    }

    [Fact]
    public void An_expression_tells_which_names_and_paths_it_uses()
    {
        var expression = Spoken.Parse("has(context.plan['tasks'][0].x) && input.a-b == [run].map(r, r.y + env.z.0)");
        Assert.Equal(["context", "env", "input", "run"], expression.Roots);
        Assert.Equal(
            ["context.plan.tasks@4", "input.a-b@35", "run@49", "env.z.0@67"],
            expression.Paths.Select(path => $"{path}@{path.Offset}"));
        Assert.Equal("1 + 1", Spoken.Parse("1 + 1").ToString());
        Assert.Empty(Spoken.Parse("1 + 1").Roots);
    }

    [Theory]
    [InlineData("context.a", true)]
    [InlineData("1 < 2", true)]
    [InlineData("null", true)]
    [InlineData("1 + context.a", false)]
    [InlineData("context.a ? 'x' : [1]", false)]
    [InlineData("default(context.a, 1)", true)]
    [InlineData("default(null, 1)", false)]
    [InlineData("input.list.map(x, x)", false)]
    [InlineData("input.list.all(x, x)", true)]
    public void It_is_known_at_load_what_cannot_be_a_condition(string text, bool may) =>
        Assert.Equal(may, Spoken.Parse(text).MayBeCondition);

    [Fact]
    public void Context_score_is_tested_without_allocation()
    {
        var expression = Spoken.Parse("context.score >= 8 and context.score < 9.5");
        for (var warm = 0; warm < 100; warm++)
        {
            Assert.True(expression.TryTest(Spoken.Scope, out var first, out _) && first);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var held = true;
        for (var round = 0; round < 1_000; round++)
        {
            held &= expression.TryTest(Spoken.Scope, out var holds, out _) && holds;
            held &= expression.TryEvaluate(Spoken.Scope, out var value, out _) && value.TryGetBoolean(out holds);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.True(held);
    }

    [Fact]
    public void Threads_may_share_an_expression()
    {
        var expression = Spoken.Parse("input.list.map(x, x * 2).filter(y, y > input.limit).length");
        Parallel.For(0, 2_000, number =>
        {
            var scope = Spoken.With($$"""{"list": [1, 2, 3], "limit": {{number % 7}}}""");
            Assert.True(expression.TryEvaluate(scope, out var value, out _));
            Assert.Equal(new[] { 2, 4, 6 }.Count(one => one > number % 7).ToString(provider: null), value.ToString());
        });
    }

    [Fact]
    public void Items_are_in_scope_and_the_last_of_a_name_counts()
    {
        var scope = Scope.Empty
            .With("task", Payload.Parse("1"))
            .With("index", Payload.Parse("2"))
            .With("task", Payload.Parse("3"));
        var names = ExpressionNames.All.With("task").With("index").With("other");
        Assert.True(Spoken.Parse("[task, index, other]", names).TryEvaluate(scope, out var value, out _));
        Assert.Equal("[3,2,null]", value.ToString());
        Assert.Throws<ArgumentException>(() => scope.With("input", default));
    }

    [Fact]
    public void A_context_in_another_order_is_put_into_ordinal_order()
    {
        var folded = Spoken.Context(("b", "1"), ("A", "2")).WithComparers(StringComparer.OrdinalIgnoreCase);
        var scope = new Scope { Context = folded };
        Assert.Equal("""{"A":2,"b":1}""", Spoken.Yield("context", scope));
        Assert.Equal("null", Spoken.Yield("context.a", scope));
    }

    [Fact]
    public void Names_are_exactly_those_given()
    {
        var names = ExpressionNames.Of("b", "a");
        Assert.Equal(["a", "b"], names.Names);
        Assert.True(names.Contains("a"));
        Assert.Equal(ExpressionCodes.Name, Spoken.Refused("input.x", names).Code);
        Assert.Equal("no name: none is in scope", Spoken.Refused("x", ExpressionNames.Of()).Expected);
    }
}
