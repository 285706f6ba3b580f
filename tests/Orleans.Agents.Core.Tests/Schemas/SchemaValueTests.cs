using Orleans.Agents.Values;
using static Orleans.Agents.Core.Tests.Schemas.Compiling;

namespace Orleans.Agents.Core.Tests.Schemas;

/// <summary>Corners of JSON that the suite does not go into.</summary>
public sealed class SchemaValueTests
{
    [Theory]
    [InlineData("""{ "maxLength": 1 }""", """ "\u00e4" """, true)]
    [InlineData("""{ "maxLength": 1 }""", """ "\ud83d\ude00" """, true)]
    [InlineData("""{ "minLength": 2 }""", """ "\ud83d\ude00" """, false)]
    [InlineData("""{ "minLength": 2 }""", """ "\ud83d\ud83d" """, true)]
    [InlineData("""{ "maxLength": 1 }""", """ "\ud83dx" """, false)]
    [InlineData(
        """{ "const": "a\b\f\n\r\t\"\\/é€😀" }""",
        """ "\u0061\b\f\n\r\t\"\\\/\u00e9\u20AC\ud83d\ude00" """,
        true)]
    [InlineData("""{ "properties": { "ä": false } }""", """ { "\u00e4": 1 } """, false)]
    [InlineData("""{ "required": ["a\"b"] }""", """ { "a\u0022b": 1 } """, true)]
    [InlineData("""{ "propertyNames": { "const": "a\"b" } }""", """ { "a\u0022b": 1 } """, true)]
    [InlineData("""{ "uniqueItems": true }""", """ ["\ud800", "\ud801"] """, true)]
    [InlineData("""{ "uniqueItems": true }""", """ ["\ud800", "\ud800"] """, false)]
    [InlineData("""{ "uniqueItems": true }""", """ [{ "a": 1, "b": [1.0] }, { "b": [1], "a": 1 }] """, false)]
    [InlineData(
        """{ "uniqueItems": true }""",
        """ [{ "a": 1, "b": 2 }, { "a": 1, "c": 2 }, [1], [1, 2], null, false] """,
        true)]
    [InlineData("""{ "const": { "a": 1 } }""", """ { "a": 1, "b": 2 } """, false)]
    [InlineData("""{ "const": [1, [2]] }""", """ [1.0, [2e0]] """, true)]
    [InlineData("""{ "enum": [1e400, null] }""", """ 10e399 """, true)]
    [InlineData("""{ "maxLength": 1e400 }""", """ "abc" """, true)]
    [InlineData("""{ "minItems": 1e400 }""", """ [] """, false)]
    [InlineData("""{ "minItems": 1.0 }""", """ [1] """, true)]
    [InlineData("""{ "required": ["a"], "minProperties": 1 }""", """ { "a": 1, "a": 2 } """, true)]
    [InlineData("""{ "type": ["integer", "string"] }""", """ 1e400 """, true)]
    [InlineData(
        """{ "minContains": 0, "contains": { "type": "string" }, "unevaluatedItems": false }""",
        """ ["a", 1] """,
        false)]
    [InlineData(
        """
        { "anyOf": [{ "contains": { "type": "string" } }, { "prefixItems": [true] }],
        "unevaluatedItems": { "type": "null" } }
        """,
        """ [1, "a", null] """,
        true)]
    [InlineData("""{ "format": "date" }""", """ "no date" """, true)]
    public void Values_are_compared_by_what_they_mean(string schema, string instance, bool expected) =>
        Assert.Equal(expected, SchemaOf(schema).IsValid(instance));

    [Fact]
    public void Marks_reach_as_far_as_the_value_does()
    {
        var names = string.Join(',', Enumerable.Range(0, 300).Select(i => $"\"p{i}\":1"));
        var schema = SchemaOf("""
            { "oneOf": [{ "patternProperties": { "^p": true } }, false], "unevaluatedProperties": false }
            """);

        Assert.True(schema.IsValid($"{{{names}}}"));
        Assert.Equal("/q", schema.ViolationOf($"{{{names},\"q\":1}}").InstancePath);
    }

    [Fact]
    public void A_schema_keeps_the_document_it_was_made_of()
    {
        var document = Payload.Parse("""{ "type" : "string" }""");

        Assert.Equal(document, SchemaOf("""{ "type" : "string" }""").Source);
    }
}
