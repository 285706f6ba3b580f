using Orleans.Agents.Schemas;
using Orleans.Agents.Values;

namespace Orleans.Agents.Core.Tests.Schemas;

/// <summary>
/// Documents that stand in for those of the suite's web server, which are not part of the data here. Ours, written
/// after what the cases ask of them; what they show is that references between documents work, not conformance.
/// </summary>
internal static class SuiteDocuments
{
    private const string Server = "http://localhost:1234/draft2020-12/";

    private static readonly (string Name, string Text)[] Documents =
    [
        ("integer.json", """{ "type": "integer" }"""),
        ("subSchemas.json", """
            { "$defs": { "integer": { "type": "integer" }, "refToInteger": { "$ref": "#/$defs/integer" } } }
            """),
        (
            "locationIndependentIdentifier.json",
            """{ "$defs": { "refToInteger": { "$ref": "#foo" }, "A": { "$anchor": "foo", "type": "integer" } } }"""),
        ("baseUriChange/folderInteger.json", """{ "type": "integer" }"""),
        ("baseUriChangeFolder/folderInteger.json", """{ "type": "integer" }"""),
        ("baseUriChangeFolderInSubschema/folderInteger.json", """{ "type": "integer" }"""),
        ("name-defs.json", """
            { "$defs": { "orNull": { "anyOf": [ { "type": "null" }, { "$ref": "#" } ] } }, "type": "string" }
            """),
        (
            "ref-and-defs.json",
            """
            {
              "$id": "http://localhost:1234/draft2020-12/ref-and-defs.json",
              "$defs": { "inner": { "properties": { "bar": { "type": "string" } } } },
              "$ref": "#/$defs/inner"
            }
            """),
        ("nested/foo-ref-string.json", """{ "type": "object", "properties": { "foo": { "$ref": "string.json" } } }"""),
        ("nested/string.json", """{ "type": "string" }"""),
        (
            "different-id-ref-string.json",
            """
            {
              "$id": "http://localhost:1234/another-id.json",
              "$defs": { "bar": { "type": "string" } },
              "$ref": "#/$defs/bar"
            }
            """),
        (
            "urn-ref-string.json",
            """
            { "$id": "urn:uuid:00000000-1111-2222-3333-444444444444",
            "$defs": { "bar": { "type": "string" } }, "$ref": "#/$defs/bar" }
            """),
        (
            "nested-absolute-ref-to-string.json",
            """
            {
              "$defs": { "bar": { "$id": "http://localhost:1234/the-nested-id.json", "type": "string" } },
              "$ref": "http://localhost:1234/the-nested-id.json"
            }
            """),
        (
            "detached-ref.json",
            """
            { "$id": "detached-ref.json", "$defs": { "foo": { "$ref": "#detached" },
            "detached": { "$anchor": "detached", "type": "integer" } } }
            """),
        (
            "detached-dynamicref.json",
            """
            {
              "$id": "detached-dynamicref.json",
              "$defs": {
                "foo": { "$dynamicRef": "#detached" },
                "detached": { "$dynamicAnchor": "detached", "type": "integer" }
              }
            }
            """),
        (
            "tree.json",
            """
            {
              "$id": "tree.json",
              "$dynamicAnchor": "node",
              "type": "object",
              "properties": { "data": true, "children": { "type": "array", "items": { "$dynamicRef": "#node" } } }
            }
            """),
        (
            "extendible-dynamic-ref.json",
            """
            {
              "$id": "extendible-dynamic-ref.json",
              "type": "object",
              "properties": { "elements": { "type": "array", "items": { "$dynamicRef": "#elements" } } },
              "required": ["elements"],
              "additionalProperties": false,
              "$defs": { "elements": { "$dynamicAnchor": "elements" } }
            }
            """),
        (
            "metaschema-no-validation.json",
            """
            {
              "$vocabulary": {
                "https://json-schema.org/draft/2020-12/vocab/core": true,
                "https://json-schema.org/draft/2020-12/vocab/applicator": true
              }
            }
            """),
        (
            "metaschema-optional-vocabulary.json",
            """
            {
              "$vocabulary": {
                "https://json-schema.org/draft/2020-12/vocab/validation": true,
                "http://localhost:1234/draft2020-12/vocab/nobody-knows": false
              }
            }
            """),
    ];

    public static SchemaRegistry Registry { get; } = Documents.Aggregate(
        SchemaRegistry.Empty,
        (registry, document) => registry.With(Server + document.Name, Payload.Parse(document.Text)));
}
