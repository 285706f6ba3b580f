using Orleans.Agents.Schemas;
using Orleans.Agents.Values;
using static Orleans.Agents.Core.Tests.Schemas.Compiling;

namespace Orleans.Agents.Core.Tests.Schemas;

public sealed class SchemaReferenceTests
{
    private static readonly SchemaRegistry Plans = SchemaRegistry.Empty
        .With("plan", Payload.Parse("""
            { "$defs": { "task": { "$anchor": "task", "type": "string" } }, "items": { "$ref": "#task" } }
            """))
        .With("team/member", Payload.Parse("""{ "$ref": "../plan#/$defs/task" }"""))
        .With("broken", Payload.Parse("""{ "a": 1, "a": 2 }"""))
        .With("wrong", Payload.Parse("""{ "properties": { "x": { "typ": 1, "type": "text" } } }"""));

    [Theory]
    [InlineData("plan", """["a"]""", "[1]")]
    [InlineData("plan#task", "\"a\"", "1")]
    [InlineData("plan#/$defs/task", "\"a\"", "1")]
    [InlineData("plan#/%24defs/task", "\"a\"", "1")]
    [InlineData("team/member", "\"a\"", "1")]
    [InlineData("./team/../plan", """["a"]""", "[1]")]
    public void A_schema_of_the_registry_is_reached_by_name(string reference, string right, string wrong)
    {
        var schema = SchemaOf($"{{ \"$ref\": \"{reference}\" }}", Plans);

        Assert.True(schema.IsValid(right));
        Assert.StartsWith("plan#/$defs/task", schema.ViolationOf(wrong).SchemaPath, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("#/$defs/b", "there is nothing at '/$defs/b': 'b' is not there", null)]
    [InlineData("#/$defs/a/type/x", "'x' is not there", null)]
    [InlineData("#/anyOf/1", "'1' is not there", null)]
    [InlineData("#/anyOf/00", "'00' is not there", null)]
    [InlineData("#anchr", "there is no anchor 'anchr'", "#anchor")]
    [InlineData("#zzz", "there is no anchor 'zzz'", null)]
    [InlineData("plam", "there is no schema 'plam'", "plan")]
    [InlineData("http://example.com/x", "there is no schema 'http://example.com/x'", null)]
    [InlineData("broken", "the schema 'broken' cannot be read: ", null)]
    public void A_reference_that_leads_nowhere_is_refused(string reference, string why, string? suggestion)
    {
        var definitions = """{ "a": { "$anchor": "anchor", "type": "string" } }""";
        var error = ErrorOf(
            $"{{ \"$defs\": {definitions}, \"anyOf\": [true], \"items\": {{ \"$ref\": \"{reference}\" }} }}",
            Plans);

        Assert.Equal(
            (SchemaErrorCodes.UnresolvedReference, "/items/$ref", suggestion),
            (error.Code, error.Path, error.Suggestion));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_in_another_document_says_in_which()
    {
        var error = ErrorOf("""{ "$ref": "wrong" }""", Plans);

        Assert.Equal((SchemaErrorCodes.UnknownType, "wrong#/properties/x/type"), (error.Code, error.Path));
    }

    [Fact]
    public void A_registry_changes_nothing_that_was_made_of_it_before()
    {
        var changed = Plans.With("plan", Payload.Parse("true"));

        Assert.Equal(["broken", "plan", "team/member", "wrong"], changed.Names);
        Assert.True(changed.TryGet("plan", out var document) && document == Payload.Parse("true"));
        Assert.False(changed.TryGet("plans", out _));
        Assert.False(SchemaOf("""{ "$ref": "plan" }""", Plans).IsValid("[1]"));
        Assert.True(SchemaOf("""{ "$ref": "plan" }""", changed).IsValid("[1]"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a#b")]
    public void A_name_that_no_reference_could_say_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => SchemaRegistry.Empty.With(name, Payload.EmptyObject));

    [Theory]
    [InlineData("""{ "$ref": "#" }""")]
    [InlineData(
        """
        { "$ref": "#/$defs/a", "$defs": { "a": { "allOf": [{ "$ref": "#/$defs/b" }] },
        "b": { "not": { "$ref": "#/$defs/a" } } } }
        """)]
    [InlineData("""{ "if": { "type": "string" }, "else": { "anyOf": [true, { "$ref": "#" }] } }""")]
    [InlineData("""{ "dependentSchemas": { "a": { "oneOf": [{ "$ref": "#" }] } } }""")]
    [InlineData("""{ "$anchor": "a", "$dynamicRef": "#a" }""")]
    public void References_in_a_circle_that_stay_at_one_value_are_refused(string schema)
    {
        var error = ErrorOf(schema);

        Assert.Equal(SchemaErrorCodes.CircularReference, error.Code);
        Assert.Contains(" -> #", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void References_in_a_circle_that_go_into_the_value_end_with_it()
    {
        var tree = SchemaOf("""
            { "type": "object", "properties": { "next": { "$ref": "#" } }, "additionalProperties": false }
            """);

        Assert.True(tree.IsValid("""{ "next": { "next": { "next": {} } } }"""));
        Assert.Equal("/next/next/other", tree.ViolationOf("""{ "next": { "next": { "other": {} } } }""").InstancePath);
    }

    [Fact]
    public void A_dynamic_reference_takes_the_outermost_anchor()
    {
        var registry = SchemaRegistry.Empty.With("list", Payload.Parse(
            """{ "items": { "$dynamicRef": "#item" }, "$defs": { "any": { "$dynamicAnchor": "item" } } }"""));
        var numbers = SchemaOf("""
            { "$ref": "list", "$defs": { "n": { "$dynamicAnchor": "item", "type": "number" } } }
            """, registry);

        Assert.True(numbers.IsValid("[1]"));
        Assert.Equal("/$defs/n/type", numbers.ViolationOf("""["a"]""").SchemaPath);
        Assert.True(SchemaOf("""{ "$ref": "list" }""", registry).IsValid("""["a"]"""));
    }

    [Fact]
    public void A_dialect_without_validation_only_applies()
    {
        var schema = SchemaOf(
            """{ "$schema": "urn:shapes", "type": "string", "properties": { "a": false } }""",
            Dialect("""{ "https://json-schema.org/draft/2020-12/vocab/applicator": true, "urn:other": false }"""));

        Assert.True(schema.IsValid("1"));
        Assert.False(schema.IsValid("""{ "a": 1 }"""));
    }

    [Theory]
    [InlineData("""{ "urn:other": true }""")]
    [InlineData("""{ "https://json-schema.org/draft/2020-12/vocab/format-assertion": true }""")]
    public void A_dialect_that_needs_what_there_is_not_is_refused(string vocabularies)
    {
        var error = ErrorOf("""{ "$schema": "urn:shapes" }""", Dialect(vocabularies));

        Assert.Equal((SchemaErrorCodes.UnknownDialect, "/$schema"), (error.Code, error.Path));
    }

    [Fact]
    public void A_registered_dialect_without_vocabularies_has_them_all()
    {
        var registry = SchemaRegistry.Empty.With("urn:shapes", Payload.Parse("true"));

        Assert.False(SchemaOf("""{ "$schema": "urn:shapes", "type": "string" }""", registry).IsValid("1"));
    }

    [Fact]
    public void A_dialect_that_is_not_there_is_refused() =>
        Assert.Equal(SchemaErrorCodes.UnknownDialect, ErrorOf("""{ "$schema": "urn:shapes" }""").Code);

    [Fact]
    public void A_schema_can_be_checked_as_a_value_by_the_metaschema()
    {
        var metaschema = SchemaOf("""{ "$ref": "https://json-schema.org/draft/2020-12/schema" }""");

        Assert.False(metaschema.IsValid("""{ "properties": { "a": { "items": [] , "type": "string" } } }"""));
        Assert.True(metaschema.IsValid("""{ "properties": { "a": { "items": {} , "type": ["string"] } } }"""));
        Assert.Equal(
            "/$defs/a/required",
            metaschema.ViolationsOf("""{ "$defs": { "a": { "required": "x" } } }""")[0].InstancePath);
    }

    [Theory]
    [InlineData("http://a/b/c/d?q", "g", "http://a/b/c/g")]
    [InlineData("http://a/b/c/d?q", "./g/", "http://a/b/c/g/")]
    [InlineData("http://a/b/c/d?q", "/g", "http://a/g")]
    [InlineData("http://a/b/c/d?q", "//g", "http://g")]
    [InlineData("http://a/b/c/d?q", "?y", "http://a/b/c/d?y")]
    [InlineData("http://a/b/c/d?q", "g?y/./x", "http://a/b/c/g?y/./x")]
    [InlineData("http://a/b/c/d?q", "", "http://a/b/c/d?q")]
    [InlineData("http://a/b/c/d?q", ".", "http://a/b/c/")]
    [InlineData("http://a/b/c/d?q", "..", "http://a/b/")]
    [InlineData("http://a/b/c/d?q", "../../../g", "http://a/g")]
    [InlineData("http://a/b/c/d?q", "g:h", "g:h")]
    [InlineData("http://a/b/c/d?q", "1:h", "http://a/b/c/1:h")]
    [InlineData("http://a", "g", "http://a/g")]
    [InlineData("urn:a:b", "urn:c", "urn:c")]
    [InlineData("file:///c:/folder/file.json", "other.json", "file:///c:/folder/other.json")]
    public void References_are_resolved_as_RFC_3986_says(string from, string reference, string expected) =>
        Assert.Equal(expected, SchemaUri.Resolve(from, reference));

    private static SchemaRegistry Dialect(string vocabularies) =>
        SchemaRegistry.Empty.With("urn:shapes", Payload.Parse($"{{ \"$vocabulary\": {vocabularies} }}"));
}
