using Orleans.Agents.Schemas;
using Orleans.Agents.Values;
using static Orleans.Agents.Core.Tests.Schemas.Compiling;

namespace Orleans.Agents.Core.Tests.Schemas;

public sealed class SchemaErrorTests
{
    [Theory]
    [InlineData("""{ "required": "path" }""", "/required", """'required' is the string "path" """, """["path"]""")]
    [InlineData("""{ "required": ["a", "a"] }""", "/required/1", "'required/1' is the string", null)]
    [InlineData("""{ "required": [1] }""", "/required/0", "'required/0' is the number 1", null)]
    [InlineData("""{ "dependentRequired": { "a/b": 1 } }""", "/dependentRequired/a~1b", "is the number 1", null)]
    [InlineData("""{ "dependentRequired": [] }""", "/dependentRequired", "is the array []", null)]
    [InlineData("""{ "minLength": "3" }""", "/minLength", """'minLength' is the string "3" """, "3")]
    [InlineData("""{ "minLength": -1 }""", "/minLength", "'minLength' is the number -1", null)]
    [InlineData("""{ "maxItems": 1.5 }""", "/maxItems", "'maxItems' is the number 1.5", null)]
    [InlineData("""{ "minimum": "x" }""", "/minimum", "'minimum' is the string", null)]
    [InlineData("""{ "exclusiveMinimum": true }""", "/exclusiveMinimum", "'exclusiveMinimum' is true", null)]
    [InlineData("""{ "multipleOf": 0 }""", "/multipleOf", "'multipleOf' is the number 0", null)]
    [InlineData("""{ "multipleOf": [] }""", "/multipleOf", "'multipleOf' is the array []", null)]
    [InlineData("""{ "uniqueItems": 1 }""", "/uniqueItems", "'uniqueItems' is the number 1", null)]
    [InlineData("""{ "enum": "a" }""", "/enum", "'enum' is the string", "[\"a\"]")]
    [InlineData("""{ "pattern": 1 }""", "/pattern", "'pattern' is the number 1", null)]
    [InlineData("""{ "type": 1 }""", "/type", "'type' is the number 1", null)]
    [InlineData("""{ "type": [] }""", "/type", "'type' is the array []", null)]
    [InlineData("""{ "type": [1] }""", "/type", "'type' is the number 1", null)]
    [InlineData("""{ "properties": [] }""", "/properties", "'properties' is the array []", null)]
    [InlineData("""{ "$defs": 1 }""", "/$defs", "'$defs' is the number 1", null)]
    [InlineData("""{ "allOf": [] }""", "/allOf", "'allOf' is the array []", null)]
    [InlineData("""{ "anyOf": {} }""", "/anyOf", "'anyOf' is the object {}", null)]
    [InlineData("""{ "$id": "a#b" }""", "/$id", """'$id' is the string "a#b" """, "a")]
    [InlineData("""{ "$id": 1 }""", "/$id", "'$id' is the number 1", null)]
    [InlineData("""{ "$ref": {} }""", "/$ref", "'$ref' is the object {}", null)]
    [InlineData("""{ "$anchor": "1a" }""", "/$anchor", """'$anchor' is the string "1a" """, null)]
    [InlineData("""{ "$dynamicAnchor": "a b" }""", "/$dynamicAnchor", "'$dynamicAnchor' is the string", null)]
    [InlineData("""{ "$schema": 1 }""", "/$schema", "'$schema' is the number 1", null)]
    public void A_keyword_of_the_wrong_kind_is_refused(string schema, string path, string message, string? suggestion)
    {
        var error = ErrorOf(schema);

        Assert.Equal((SchemaErrorCodes.WrongValue, path, suggestion), (error.Code, error.Path, error.Suggestion));
        Assert.Contains(message.TrimEnd(), error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.Expected);
    }

    [Theory]
    [InlineData("""{ "type": "strin" }""", "string")]
    [InlineData("""{ "type": "int" }""", "integer")]
    [InlineData("""{ "type": ["null", "Object"] }""", "object")]
    [InlineData("""{ "type": "quaternion" }""", null)]
    public void An_unknown_type_is_refused_with_the_one_that_was_meant(string schema, string? suggestion)
    {
        var error = ErrorOf(schema);

        Assert.Equal((SchemaErrorCodes.UnknownType, "/type", suggestion), (error.Code, error.Path, error.Suggestion));
        Assert.Equal("one of string, number, integer, object, array, boolean, null", error.Expected);
    }

    [Theory]
    [InlineData("""{ "pattern": "a(" }""", "/pattern", "'a('")]
    [InlineData(
        """{ "patternProperties": { "[": true } }""",
        "/patternProperties/[",
        "'[' cannot be read: ']' is missing")]
    public void A_bad_pattern_is_refused(string schema, string path, string message)
    {
        var error = ErrorOf(schema);

        Assert.Equal((SchemaErrorCodes.BadPattern, path), (error.Code, error.Path));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "properties": { "a": 1 } }""", "/properties/a", "is the number 1")]
    [InlineData("""[]""", "", "is the array []")]
    [InlineData("""{ "$ref": "#/const", "const": 3 }""", "/const", "is the number 3")]
    public void What_is_no_schema_is_refused_where_one_stands(string schema, string path, string message)
    {
        var error = ErrorOf(schema);

        Assert.Equal((SchemaErrorCodes.NotASchema, path), (error.Code, error.Path));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Schemas_by_position_under_items_are_refused_with_what_they_are_called_now()
    {
        var error = ErrorOf("""{ "items": [{}] }""");

        Assert.Equal(
            (SchemaErrorCodes.NotASchema, "/items", "prefixItems"),
            (error.Code, error.Path, error.Suggestion));
    }

    [Fact]
    public void All_errors_are_found_in_one_go_and_in_definitions_that_nobody_uses()
    {
        var errors = ErrorsOf("""
            { "minItems": "x", "$defs": { "unused": { "type": "text" } }, "not": { "maximum": null } }
            """);

        Assert.Equal(
            ["/$defs/unused/type", "/minItems", "/not/maximum"],
            errors.Select(error => error.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Errors_are_at_most_a_hundred()
    {
        var many = string.Join(',', Enumerable.Range(0, 150).Select(i => $"\"p{i}\": {{ \"type\": 1, \"typ\": 1 }}"));

        Assert.Equal(100, ErrorsOf($"{{ \"properties\": {{ {many} }} }}").Length);
    }

    [Fact]
    public void Warnings_are_at_most_a_hundred()
    {
        var many = string.Join(',', Enumerable.Range(0, 150).Select(i => $"\"p{i}\": {{ \"typ\": 1 }}"));

        Assert.Equal(100, SchemaOf($"{{ \"properties\": {{ {many} }} }}").Warnings.Length);
    }

    [Theory]
    [InlineData("propertes", "properties")]
    [InlineData("addtionalProperties", "additionalProperties")]
    [InlineData("minLenght", "minLength")]
    [InlineData("Required", "required")]
    [InlineData("tpye", "type")]
    [InlineData("definitions", "$defs")]
    [InlineData("dependencies", "dependentRequired")]
    [InlineData("id", "$id")]
    [InlineData("whatever", null)]
    [InlineData("", null)]
    public void An_unknown_keyword_is_ignored_with_a_warning(string keyword, string? suggestion)
    {
        var schema = SchemaOf($"{{ \"items\": {{ \"{keyword}\": {{}} }} }}");

        var warning = Assert.Single(schema.Warnings);
        Assert.True(schema.IsValid("[1]"));
        Assert.Equal(
            (SchemaErrorCodes.UnknownKeyword, $"/items/{keyword}", suggestion),
            (warning.Code, warning.Path, warning.Suggestion));
    }

    [Fact]
    public void Extensions_and_annotations_are_no_warnings() =>
        Assert.Empty(SchemaOf("""
            {
              "$comment": "c", "title": "t", "description": "d", "default": 1, "deprecated": true, "readOnly": true,
              "writeOnly": true, "examples": [], "format": "date", "contentEncoding": "base64",
              "contentMediaType": "text/plain", "contentSchema": { "type": "string" }, "x-order": 3
            }
            """).Warnings);

    [Fact]
    public void An_older_draft_is_read_as_this_one_with_a_warning()
    {
        var schema = SchemaOf("""{ "$schema": "http://json-schema.org/draft-07/schema#", "type": "string" }""");

        Assert.False(schema.IsValid("1"));
        var warning = Assert.Single(schema.Warnings);
        Assert.Equal((SchemaErrorCodes.OlderDialect, "/$schema"), (warning.Code, warning.Path));
    }

    [Theory]
    [InlineData("""{ "a": 1, "a": 2 }""")]
    [InlineData("""{ "const": "\ud800" }""")]
    public void A_document_that_can_be_read_in_two_ways_or_in_none_is_refused(string schema) =>
        Assert.Equal((SchemaErrorCodes.Unreadable, ""), (ErrorOf(schema).Code, ErrorOf(schema).Path));

    [Fact]
    public void A_document_that_nests_too_deep_is_refused()
    {
        var deep = Payload.FromTrusted(System.Text.Encoding.UTF8.GetBytes(new string('[', 100) + new string(']', 100)));

        Assert.False(Schema.TryCompile(deep, SchemaRegistry.Empty, out _, out var errors));
        Assert.Equal(SchemaErrorCodes.Unreadable, errors.Single().Code);
    }

    [Theory]
    [InlineData("""{ "$defs": { "a": { "$anchor": "x" }, "b": { "$anchor": "x" } } }""", "/$defs/b")]
    [InlineData("""{ "$defs": { "a": { "$id": "urn:x" }, "b": { "$id": "urn:x" } } }""", "/$defs/b")]
    [InlineData("""{ "$defs": { "a": { "$anchor": "x" }, "b": { "$dynamicAnchor": "x" } } }""", "/$defs/b")]
    public void One_identity_for_two_places_is_refused(string schema, string path) =>
        Assert.Equal((SchemaErrorCodes.DuplicateIdentifier, path), (ErrorOf(schema).Code, ErrorOf(schema).Path));

    [Fact]
    public void An_anchor_may_be_given_both_ways_at_one_place() =>
        Assert.True(
            SchemaOf("""{ "$anchor": "x", "$dynamicAnchor": "x", "items": { "$ref": "#x" } }""").IsValid("[[[]]]"));
}
