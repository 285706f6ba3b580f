using System.Text;
using Orleans.Agents.Schemas;
using Orleans.Agents.Values;
using static Orleans.Agents.Core.Tests.Schemas.Compiling;

namespace Orleans.Agents.Core.Tests.Schemas;

public sealed class SchemaLimitTests
{
    // Far less than any platform gives a thread; the whole point is not to need more.
    private const int SmallStack = 768 * 1024;

    [Fact]
    public void A_value_as_deep_as_values_may_be_is_checked_to_the_bottom()
    {
        var schema = SchemaOf("""{ "anyOf": [{ "type": "array", "items": { "$ref": "#" } }, { "const": 1 }] }""");

        Assert.True(schema.IsValid(Nest("1", Payload.MaxDepth)));
        var messages = schema.ViolationsOf(Nest("2", 10)).Select(violation => violation.Message);
        Assert.Contains("expected array, found the number 2", messages);
    }

    [Fact]
    public void A_value_that_is_too_deep_or_broken_is_a_violation()
    {
        var schema = SchemaOf("true");

        foreach (var text in (string[])[Nest("1", Payload.MaxDepth + 1), "{"])
        {
            var violation = schema.Validate(Payload.FromTrusted(Encoding.UTF8.GetBytes(text))).Violations.Single();
            Assert.StartsWith("the value cannot be read: ", violation.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_chain_of_references_that_is_too_long_is_a_violation_on_a_small_stack()
    {
        var links = string.Join(',', Enumerable.Range(0, 5_000).Select(i => Link(i, times: 1)));
        var schema = SchemaOf($"{{ \"$ref\": \"#/$defs/d0\", \"$defs\": {{ {links}, \"d5000\": true }} }}");

        var violation = OnSmallStack(() => schema.ViolationOf("1"));
        Assert.Contains("more than 512 deep", violation.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dynamic_reference_that_comes_back_to_the_same_value_is_a_violation_on_a_small_stack()
    {
        var inner = Payload.Parse("""{ "$dynamicRef": "#a", "$defs": { "x": { "$dynamicAnchor": "a" } } }""");
        var registry = SchemaRegistry.Empty.With("inner", inner);
        var schema = SchemaOf("""{ "$dynamicAnchor": "a", "oneOf": [{ "if": { "$ref": "inner" } }] }""", registry);

        var violation = OnSmallStack(() => schema.ViolationsOf("1")).Last();
        Assert.Contains("more than 512 deep", violation.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_schema_that_doubles_the_work_at_each_step_is_a_violation()
    {
        var steps = string.Join(',', Enumerable.Range(0, 60).Select(i => Link(i, times: 2)));
        var twiceNot = """{ "not": { "$ref": "#/$defs/d0" } }""";
        var schema = SchemaOf($"{{ \"not\": {twiceNot}, \"$defs\": {{ {steps}, \"d60\": {{}} }} }}");

        Assert.Contains("takes more steps", schema.ViolationsOf("1").Last().Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "pattern": "^(?=a)(a|aa)+$" }""", "pattern")]
    [InlineData("""{ "not": { "pattern": "^(?=a)(a|aa)+$" } }""", "pattern")]
    public void A_pattern_that_backtracks_without_end_is_a_violation_even_under_not(string schema, string keyword)
    {
        var violation = SchemaOf(schema).ViolationOf($"\"{new string('a', 60)}!\"");

        Assert.Equal(keyword, violation.Keyword);
        Assert.Contains("could not be found out in time", violation.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_property_name_that_is_searched_without_end_is_a_violation()
    {
        var schema = SchemaOf("""{ "patternProperties": { "^(?=a)(a|aa)+$": true } }""");

        Assert.Equal("patternProperties", schema.ViolationOf($"{{ \"{new string('a', 60)}!\": 1 }}").Keyword);
    }

    [Fact]
    public void Nested_repetitions_are_no_danger_to_a_linear_search() =>
        Assert.False(SchemaOf("""{ "pattern": "^(a+)+$" }""").IsValid($"\"{new string('a', 10_000)}b\""));

    [Fact]
    public void Ten_thousand_different_items_are_unique_in_linear_work() =>
        Assert.True(
            SchemaOf("""{ "uniqueItems": true }""").IsValid($"[{string.Join(',', Enumerable.Range(0, 10_000))}]"));

    [Fact]
    public void Large_objects_in_another_order_are_compared_within_their_fuel()
    {
        var names = Enumerable.Range(0, 1_000).Select(i => $"\"p{i}\":{i}").ToList();
        var schema = SchemaOf("""{ "uniqueItems": true }""");

        var forwards = string.Join(',', names);
        var backwards = string.Join(',', Enumerable.Reverse(names));
        var violation = schema.ViolationOf($"[{{{forwards}}},{{{backwards}}}]");
        Assert.Equal("uniqueItems", violation.Keyword);
    }

    [Fact]
    public void Asking_for_many_properties_of_a_large_object_is_paid_for()
    {
        var needs = string.Join(',', Enumerable.Range(0, 3_000).Select(i => $"\"n{i}\": [\"m\"]"));
        var schema = SchemaOf($"{{ \"dependentRequired\": {{ {needs} }}, \"dependentSchemas\": {{ \"zz\": false }} }}");

        Assert.True(schema.IsValid($"{{{string.Join(',', Enumerable.Range(0, 500).Select(i => $"\"p{i}\":0"))}}}"));
    }

    private static string Link(int number, int times)
    {
        var next = $"{{ \"$ref\": \"#/$defs/d{number + 1}\" }}";
        return $"\"d{number}\": {{ \"allOf\": [{string.Join(',', Enumerable.Repeat(next, times))}] }}";
    }

    private static string Nest(string core, int depth) => new string('[', depth) + core + new string(']', depth);

    private static T OnSmallStack<T>(Func<T> work)
    {
        T? result = default;
        var thread = new Thread(() => result = work(), SmallStack);
        thread.Start();
        thread.Join();
        return result!;
    }
}
