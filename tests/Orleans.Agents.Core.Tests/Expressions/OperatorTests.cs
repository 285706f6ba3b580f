using Orleans.Agents.Expressions;

namespace Orleans.Agents.Core.Tests.Expressions;

public sealed class OperatorTests
{
    private static readonly (string Kind, string Json)[] Samples =
    [
        ("null", "null"), ("boolean", "true"), ("number", "2"), ("number", "2.5"), ("text", "\"a\""), ("list", "[1]"),
        ("object", "{\"a\":1}"),
    ];

    public static TheoryData<string> All =>
        ["==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "%", "&&", "||", "and", "or"];

    [Theory]
    [MemberData(nameof(All))]
    public void Each_pair_of_types_is_taken_or_refused_alike_at_load_and_later(string operation)
    {
        foreach (var left in Samples)
        {
            foreach (var right in Samples)
            {
                var later = Spoken.Parse($"input.l {operation} input.r").TryEvaluate(
                    Spoken.With($$"""{"l": {{left.Json}}, "r": {{right.Json}}}"""), out _, out var failure);
                var atLoad = Expression.TryParse(
                    $"{left.Json} {operation} {right.Json}", ExpressionNames.All, out _, out var error);
                var taken = Takes(operation, left.Kind, right.Kind);
                Assert.True(taken == atLoad, $"{left} {operation} {right} at load: {error}");

                // `true || 1` and `null && 1` are decided by their left side when there are values.
                var decided = (operation is "||" or "or" && left.Kind is "boolean")
                    || (operation is "&&" or "and" && left.Kind is "null");
                Assert.True((taken || decided) == later, $"{left} {operation} {right} later: {failure}");
                Assert.Equal(later ? null : ExpressionCodes.Type, failure?.Code);
            }
        }
    }

    [Theory]
    [InlineData("1 == 1.0", "true")]
    [InlineData("1 != 1.0", "false")]
    [InlineData("1 == '1'", "false")]
    [InlineData("1 != '1'", "true")]
    [InlineData("null == false", "false")]
    [InlineData("null == input.nowhere", "true")]
    [InlineData("true == input.yes", "true")]
    [InlineData("false == input.yes", "false")]
    [InlineData("[1, [2.0]] == [1.0, [2]]", "true")]
    [InlineData("[1] == [1, 1]", "false")]
    [InlineData("[1, 2] == [2, 1]", "false")]
    [InlineData("{a: 1, b: [2]} == {b: [2.0], a: 1}", "true")]
    [InlineData("{a: 1} == {a: 2}", "false")]
    [InlineData("{a: 1} == {b: 1}", "false")]
    [InlineData("{a: 1} == {a: 1, b: 1}", "false")]
    [InlineData("input.twice == {x: 3}", "true")]
    [InlineData("'é' == input.escaped", "false")]
    [InlineData("input.escaped == 'a\\n\\u00e9\\ud83d\\ude00\\\"\\\\/' + input.tail", null)]
    [InlineData("'a' < 'b'", "true")]
    [InlineData("'Z' < 'a'", "true")]
    [InlineData("'a' < 'aa'", "true")]
    [InlineData("'\\uffff' < '\\ud83d\\ude00'", "true")]
    [InlineData("'é' > 'z'", "true")]
    [InlineData("2 <= 2.0 and 2 >= 2.0", "true")]
    [InlineData("2 < 2.0 or 2 > 2.0", "false")]
    [InlineData("input.big > input.max", "true")]
    [InlineData("input.z == 0", "true")]
    [InlineData("1 in [2, 1.0]", "true")]
    [InlineData("3 in input.none", "false")]
    [InlineData("{k: [1, 2]} in input.mixed", "true")]
    [InlineData("'a' in {a: null}", "true")]
    [InlineData("'0' in input.deep", "true")]
    [InlineData("1 in {a: 1}", "false")]
    [InlineData("'üß' in input.text", "true")]
    [InlineData("'' in ''", "true")]
    [InlineData("'x' in input.text", "false")]
    public void Comparisons_say_what_is_equal_and_what_comes_first(string text, string? expected)
    {
        if (expected is null)
        {
            Assert.Equal(ExpressionCodes.Type, Spoken.Fail(text).Code);
            return;
        }

        Assert.Equal(expected, Spoken.Yield(text));
    }

    [Theory]
    [InlineData("7 / 2", "3.5")]
    [InlineData("6 / 2", "3")]
    [InlineData("-7 % 3", "-1")]
    [InlineData("7 % -3", "1")]
    [InlineData("7.5 % 2", "1.5")]
    [InlineData("0.1 + 0.2", "0.3")]
    [InlineData("1.5 * 2", "3")]
    [InlineData("1 - 1.5", "-0.5")]
    [InlineData("10 / 3", "3.3333333333333333333333333333")]
    [InlineData("1.0 * 100", "100")]
    [InlineData("0.000001 * 0.1", "0.0000001")]
    [InlineData("-input.z", "0")]
    [InlineData("input.z * 1", "0")]
    [InlineData("input.min % -1", "0")]
    [InlineData("input.big + 1", "12345678901234567890124")]
    [InlineData("input.d", "2.50")]
    [InlineData("input.huge", "1e400")]
    [InlineData("[input.huge, input.d]", "[1e400,2.50]")]
    [InlineData("'a' + \"b\"", "\"ab\"")]
    [InlineData("[1] + input.list + []", "[1,3,1,2]")]
    public void Arithmetic_is_exact_or_decimal(string text, string expected) =>
        Assert.Equal(expected, Spoken.Yield(text));

    [Theory]
    [InlineData("input.max + 1")]
    [InlineData("input.min - 1")]
    [InlineData("input.max * 2")]
    [InlineData("-input.min")]
    [InlineData("input.min / -1")]
    [InlineData("1 / 0")]
    [InlineData("1 % 0")]
    [InlineData("1.5 / 0.0")]
    [InlineData("1.5 % input.z")]
    [InlineData("input.huge + 1")]
    [InlineData("1 < input.huge")]
    [InlineData("input.huge == input.huge")]
    [InlineData("-input.huge")]
    [InlineData("79228162514264337593543950335 + 1")]
    [InlineData("79228162514264337593543950335 * 10")]
    [InlineData("-79228162514264337593543950335 - 1")]
    [InlineData("79228162514264337593543950335 / 0.1")]
    [InlineData("[input.huge] == [input.huge]")]
    [InlineData("1 in [input.huge]")]
    [InlineData("{a: input.huge} == {a: 1}")]
    public void A_number_out_of_range_is_a_failure(string text) =>
        Assert.Equal(ExpressionCodes.Range, Spoken.Fail(text).Code);

    [Fact]
    public void Whole_numbers_agree_with_wide_arithmetic()
    {
        var chance = new Random(7);
        for (var round = 0; round < 2_000; round++)
        {
            var left = chance.NextInt64(long.MinValue, long.MaxValue) >> chance.Next(64);
            var right = chance.NextInt64(long.MinValue, long.MaxValue) >> chance.Next(64);
            var scope = Spoken.With($$"""{"l": {{left}}, "r": {{right}}}""");
            Agree("input.l + input.r", scope, (Int128)left + right);
            Agree("input.l - input.r", scope, (Int128)left - right);
            Agree("input.l * input.r", scope, (Int128)left * right);
            Assert.Equal(left < right ? "true" : "false", Spoken.Yield("input.l < input.r", scope));
            Assert.Equal(left == right ? "true" : "false", Spoken.Yield("input.l == input.r", scope));
        }
    }

    [Fact]
    public void Equality_does_not_depend_on_the_order_of_members_or_on_white_space()
    {
        var chance = new Random(11);
        for (var round = 0; round < 500; round++)
        {
            var names = Enumerable.Range(0, chance.Next(1, 8)).Select(number => $"n{number}").ToArray();
            var one = string.Join(" , ", names.Select((name, index) => $"\"{name}\" : [{index}, {index}.5]"));
            var shuffled = names.Select((name, index) => $"\"{name}\":[{index}.0,{index}.50]").ToArray();
            chance.Shuffle(shuffled);
            var scope = Spoken.With($$"""{"l": { {{one}} }, "r": { {{string.Join(',', shuffled)}} } }""");
            Assert.Equal("true", Spoken.Yield("input.l == input.r and input.r in [input.l]", scope));
        }
    }

    private static void Agree(string text, Scope scope, Int128 exact)
    {
        if (exact < long.MinValue || exact > long.MaxValue)
        {
            Assert.Equal(ExpressionCodes.Range, Spoken.Fail(text, scope).Code);
        }
        else
        {
            Assert.Equal(exact.ToString(provider: null), Spoken.Yield(text, scope));
        }
    }

    private static bool Takes(string operation, string left, string right) => operation switch
    {
        "==" or "!=" => true,
        "<" or "<=" or ">" or ">=" => left == right && left is "number" or "text",
        "in" => right is "list" or "object" || (left == "text" && right == "text"),
        "+" => left == right && left is "number" or "text" or "list",
        "-" or "*" or "/" or "%" => left == "number" && right == "number",
        _ => left is "null" or "boolean" && right is "null" or "boolean",
    };
}
