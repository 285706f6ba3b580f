using Orleans.Agents.Schemas;
using static Orleans.Agents.Core.Tests.Schemas.Compiling;

namespace Orleans.Agents.Core.Tests.Schemas;

public sealed class SchemaViolationTests
{
    [Theory]
    [InlineData("""{ "type": "string" }""", "12", "type", "expected string, found the number 12")]
    [InlineData("""{ "type": ["string", "null"] }""", "[1]", "type", "expected string or null, found the array [1]")]
    [InlineData("""{ "type": "integer" }""", "1.5", "type", "expected integer, found the number 1.5")]
    [InlineData("""{ "type": "object" }""", "true", "type", "expected object, found true")]
    [InlineData("""{ "const": 1 }""", "\"1\"", "const", "expected 1, found \"1\"")]
    [InlineData("""{ "enum": ["a", "b"] }""", "\"c\"", "enum", "expected one of \"a\", \"b\", found \"c\"")]
    [InlineData("""{ "enum": [] }""", "1", "enum", "expected one of no values, found 1")]
    [InlineData(
        """{ "minLength": 3 }""",
        "\"ab\"",
        "minLength",
        "expected at least 3 characters, found 2 characters: \"ab\"")]
    [InlineData(
        """{ "maxLength": 1 }""",
        "\"ab\"",
        "maxLength",
        "expected at most 1 character, found 2 characters: \"ab\"")]
    [InlineData("""{ "minItems": 1 }""", "[]", "minItems", "expected at least 1 item, found 0 items: []")]
    [InlineData(
        """{ "maxProperties": 0 }""",
        """{"a":1}""",
        "maxProperties",
        """expected at most 0 properties, found 1 property: {"a":1}""")]
    [InlineData("""{ "minimum": 10 }""", "3", "minimum", "expected a number of at least 10, found 3")]
    [InlineData("""{ "maximum": 10 }""", "1e400", "maximum", "expected a number of at most 10, found 1e400")]
    [InlineData(
        """{ "exclusiveMinimum": 0 }""",
        "0.0",
        "exclusiveMinimum",
        "expected a number greater than 0, found 0.0")]
    [InlineData("""{ "exclusiveMaximum": 0 }""", "0", "exclusiveMaximum", "expected a number less than 0, found 0")]
    [InlineData("""{ "multipleOf": 0.1 }""", "0.35", "multipleOf", "expected a multiple of 0.1, found 0.35")]
    [InlineData("""{ "pattern": "^a" }""", "\"b\"", "pattern", "expected text that matches ^a, found \"b\"")]
    [InlineData(
        """{ "uniqueItems": true }""",
        "[1,2,1.0]",
        "uniqueItems",
        "expected no item twice, found 1.0 at 0 and 2")]
    [InlineData(
        """{ "contains": { "const": 1 } }""",
        "[2]",
        "contains",
        "expected at least 1 item to match /contains, found 0 items: [2]")]
    [InlineData(
        """{ "contains": true, "minContains": 2 }""",
        "[2]",
        "minContains",
        "expected at least 2 items to match /contains, found 1 item: [2]")]
    [InlineData(
        """{ "contains": true, "maxContains": 0, "minContains": 0 }""",
        "[2]",
        "maxContains",
        "expected at most 0 items to match /contains, found 1 item: [2]")]
    [InlineData("""{ "required": ["a"] }""", "{}", "required", "expected the property 'a', which is missing")]
    [InlineData(
        """{ "dependentRequired": { "a": ["b"] } }""",
        """{"a":1}""",
        "dependentRequired",
        "expected the property 'b' because there is 'a'")]
    [InlineData("""{ "not": {} }""", "1", "not", "expected a value that does not match /not, found the number 1")]
    [InlineData(
        """{ "oneOf": [true, {}] }""",
        "1",
        "oneOf",
        "expected exactly one alternative to match, found two: /oneOf/0 and /oneOf/1")]
    public void A_violation_says_what_was_expected_and_what_was_found(
        string schema, string instance, string keyword, string message)
    {
        var violation = SchemaOf(schema).ViolationOf(instance);

        Assert.Equal(new SchemaViolation("", $"/{keyword}", keyword, message), violation);
    }

    [Fact]
    public void A_schema_that_allows_nothing_says_so() =>
        Assert.Equal(
            new SchemaViolation("/1", "/items", "", "nothing is allowed here, found the string \"x\""),
            SchemaOf("""{ "prefixItems": [true], "items": false }""").ViolationOf("""[1, "x"]"""));

    [Theory]
    [InlineData(
        """{"pth":1}""",
        "the property 'pth' is not allowed; expected one of path, mode, ^x-; did you mean 'path'?")]
    [InlineData("""{"zzzzz":1}""", "the property 'zzzzz' is not allowed; expected one of path, mode, ^x-")]
    public void An_unknown_property_is_named_with_those_that_are_allowed(string instance, string message)
    {
        var schema = SchemaOf("""
            { "properties": { "path": true, "mode": true }, "patternProperties": { "^x-": true },
            "additionalProperties": false }
            """);

        var violation = schema.ViolationOf(instance);
        Assert.Equal(
            ("/additionalProperties", "additionalProperties", message),
            (violation.SchemaPath, violation.Keyword, violation.Message));
    }

    [Fact]
    public void Where_no_property_is_allowed_that_is_said() =>
        Assert.Equal(
            "the property 'a' is not allowed; none is",
            SchemaOf("""{ "additionalProperties": false }""").ViolationOf("""{"a":1}""").Message);

    [Fact]
    public void A_violation_has_the_place_in_the_value_and_in_the_schema()
    {
        var schema = SchemaOf("""
            { "properties": { "a/b": { "items": { "$ref": "#/$defs/t~0" } } },
            "$defs": { "t~": { "type": "null" } } }
            """);

        var violation = schema.ViolationOf("""{ "a/b": [null, 1] }""");
        Assert.Equal(("/a~1b/1", "/$defs/t~0/type"), (violation.InstancePath, violation.SchemaPath));
    }

    [Fact]
    public void All_violations_are_found_and_always_in_the_same_order()
    {
        var schema = SchemaOf("""
            { "properties": { "a": { "type": "string" }, "b": { "minimum": 5 } }, "required": ["c"],
            "minProperties": 3 }
            """);

        Assert.Equal(
            [("", "minProperties"), ("/b", "minimum"), ("/a", "type"), ("", "required")],
            schema.ViolationsOf("""{"b":1,"a":2}""").Select(v => (v.InstancePath, v.Keyword)));
    }

    [Theory]
    [InlineData("""{ "items": { "type": "string" } }""")]
    [InlineData("""{ "items": { "allOf": [{ "type": "string" }, { "type": "null" }] } }""")]
    [InlineData("""{ "items": { "anyOf": [{ "type": "string" }, { "type": "null" }] } }""")]
    [InlineData("""{ "unevaluatedItems": false }""")]
    public void Violations_are_at_most_twenty(string schema)
    {
        var instance = $"[{string.Join(',', Enumerable.Range(0, 50))}]";

        Assert.Equal(SchemaResult.MaxViolations, SchemaOf(schema).ViolationsOf(instance).Length);
    }

    [Fact]
    public void Of_some_alternatives_the_nearest_is_explained()
    {
        var schema = SchemaOf("""
            {
              "anyOf": [
                { "type": "string" },
                { "properties": { "kind": { "const": "read" }, "path": { "type": "string" } } },
                { "properties": { "kind": { "const": "write" }, "path": { "type": "string" } } }
              ]
            }
            """);

        Assert.Equal(
            [("", "/anyOf"), ("/path", "/anyOf/2/properties/path/type")],
            schema.ViolationsOf("""{ "kind": "write", "path": 1 }""").Select(v => (v.InstancePath, v.SchemaPath)));
        Assert.EndsWith(
            "the nearest is /anyOf/2",
            schema.ViolationsOf("""{ "kind": "write", "path": 1 }""")[0].Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        """{ "if": { "required": ["a"] }, "then": { "required": ["b"] }, "else": { "required": ["c"] } }""",
        """{"a":1}""",
        "/then/required")]
    [InlineData(
        """{ "if": { "required": ["a"] }, "then": { "required": ["b"] }, "else": { "required": ["c"] } }""",
        "{}",
        "/else/required")]
    [InlineData(
        """{ "dependentSchemas": { "a": { "required": ["b"] } } }""",
        """{"a":1}""",
        "/dependentSchemas/a/required")]
    public void What_a_condition_demands_is_reported_where_it_stands(string schema, string instance, string path) =>
        Assert.Equal(path, SchemaOf(schema).ViolationOf(instance).SchemaPath);

    [Fact]
    public void A_property_name_is_reported_at_its_property()
    {
        var schema = SchemaOf("""{ "propertyNames": { "pattern": "^[a-z]+$" } }""");

        var violation = schema.ViolationOf("""{"good":1,"Bad":2}""");
        Assert.Equal(("/Bad", "/propertyNames/pattern"), (violation.InstancePath, violation.SchemaPath));
    }

    [Fact]
    public void A_property_that_nothing_knows_is_reported_once_and_only_when_the_rest_holds()
    {
        var schema = SchemaOf("""
            { "allOf": [{ "properties": { "a": { "type": "string" } } }], "unevaluatedProperties": false }
            """);

        Assert.Equal(
            "the property 'b' is not allowed: no part of the schema knows it",
            schema.ViolationOf("""{"a":"x","b":1}""").Message);
        Assert.Equal("/a", schema.ViolationOf("""{"a":1,"b":1}""").InstancePath);
    }

    [Fact]
    public void Properties_that_are_left_over_may_be_checked_instead_of_refused()
    {
        var schema = SchemaOf("""{ "properties": { "a": true }, "unevaluatedProperties": { "type": "string" } }""");

        Assert.Equal("/b", schema.ViolationOf("""{"a":1,"b":1,"c":"x"}""").InstancePath);
    }

    [Fact]
    public void Long_values_are_shortened_between_letters()
    {
        var long_ = new string('ä', 100);

        Assert.Equal(
            $"expected null, found the string \"{new string('ä', 29)}… (202 bytes)",
            SchemaOf("""{ "type": "null" }""").ViolationOf($"\"{long_}\"").Message);
    }

    [Fact]
    public void Long_lists_are_shortened()
    {
        var values = string.Join(',', Enumerable.Range(1, 15));

        Assert.Equal(
            "expected one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 3 more, found 0",
            SchemaOf($"{{ \"enum\": [{values}] }}").ViolationOf("0").Message);
    }

    [Fact]
    public void More_than_sixty_four_required_properties_are_all_asked_for()
    {
        var names = Enumerable.Range(0, 130).Select(i => $"p{i}").ToList();
        var schema = SchemaOf($"{{ \"required\": [{string.Join(',', names.Select(name => $"\"{name}\""))}] }}");

        Assert.True(schema.IsValid(ObjectOf(names)));
        Assert.Equal(
            ["expected the property 'p7', which is missing", "expected the property 'p129', which is missing"],
            schema.ViolationsOf(ObjectOf(names.Except(["p7", "p129"]))).Select(violation => violation.Message));
    }

    private static string ObjectOf(IEnumerable<string> names) =>
        $"{{{string.Join(',', names.Select(name => $"\"{name}\":1"))}}}";
}
