using System.Text;
using Orleans.Agents.Values;

namespace Orleans.Agents.Schemas;

/// <summary>
/// The metaschema of JSON Schema 2020-12, so that schemas can be checked as values. Our own writing of what the
/// specification says about each keyword, under the official names, without its titles and comments.
/// </summary>
internal static class Metaschema
{
    /// <summary>What the URIs of its parts begin with.</summary>
    public const string Root = "https://json-schema.org/draft/2020-12/";

    private const string Text = """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "$id": "https://json-schema.org/draft/2020-12/schema",
          "$vocabulary": {
            "https://json-schema.org/draft/2020-12/vocab/core": true,
            "https://json-schema.org/draft/2020-12/vocab/applicator": true,
            "https://json-schema.org/draft/2020-12/vocab/unevaluated": true,
            "https://json-schema.org/draft/2020-12/vocab/validation": true,
            "https://json-schema.org/draft/2020-12/vocab/meta-data": true,
            "https://json-schema.org/draft/2020-12/vocab/format-annotation": true,
            "https://json-schema.org/draft/2020-12/vocab/content": true
          },
          "$dynamicAnchor": "meta",
          "type": ["object", "boolean"],
          "allOf": [
            { "$ref": "meta/core" }, { "$ref": "meta/applicator" }, { "$ref": "meta/unevaluated" },
            { "$ref": "meta/validation" }, { "$ref": "meta/meta-data" }, { "$ref": "meta/format-annotation" },
            { "$ref": "meta/content" }
          ],
          "$defs": {
            "core": {
              "$id": "meta/core",
              "$dynamicAnchor": "meta",
              "type": ["object", "boolean"],
              "properties": {
                "$id": { "$ref": "#/$defs/uriReferenceString", "pattern": "^[^#]*#?$" },
                "$schema": { "$ref": "#/$defs/uriString" },
                "$ref": { "$ref": "#/$defs/uriReferenceString" },
                "$anchor": { "$ref": "#/$defs/anchorString" },
                "$dynamicRef": { "$ref": "#/$defs/uriReferenceString" },
                "$dynamicAnchor": { "$ref": "#/$defs/anchorString" },
                "$vocabulary": {
                  "type": "object",
                  "propertyNames": { "$ref": "#/$defs/uriString" },
                  "additionalProperties": { "type": "boolean" }
                },
                "$comment": { "type": "string" },
                "$defs": { "type": "object", "additionalProperties": { "$dynamicRef": "#meta" } }
              },
              "$defs": {
                "anchorString": { "type": "string", "pattern": "^[A-Za-z_][-A-Za-z0-9._]*$" },
                "uriString": { "type": "string", "format": "uri" },
                "uriReferenceString": { "type": "string", "format": "uri-reference" }
              }
            },
            "applicator": {
              "$id": "meta/applicator",
              "$dynamicAnchor": "meta",
              "type": ["object", "boolean"],
              "properties": {
                "prefixItems": { "$ref": "#/$defs/schemaArray" },
                "items": { "$dynamicRef": "#meta" },
                "contains": { "$dynamicRef": "#meta" },
                "additionalProperties": { "$dynamicRef": "#meta" },
                "properties": { "$ref": "#/$defs/schemaMap" },
                "patternProperties": { "$ref": "#/$defs/schemaMap", "propertyNames": { "format": "regex" } },
                "dependentSchemas": { "$ref": "#/$defs/schemaMap" },
                "propertyNames": { "$dynamicRef": "#meta" },
                "if": { "$dynamicRef": "#meta" },
                "then": { "$dynamicRef": "#meta" },
                "else": { "$dynamicRef": "#meta" },
                "allOf": { "$ref": "#/$defs/schemaArray" },
                "anyOf": { "$ref": "#/$defs/schemaArray" },
                "oneOf": { "$ref": "#/$defs/schemaArray" },
                "not": { "$dynamicRef": "#meta" }
              },
              "$defs": {
                "schemaArray": { "type": "array", "minItems": 1, "items": { "$dynamicRef": "#meta" } },
                "schemaMap": { "type": "object", "additionalProperties": { "$dynamicRef": "#meta" } }
              }
            },
            "unevaluated": {
              "$id": "meta/unevaluated",
              "$dynamicAnchor": "meta",
              "type": ["object", "boolean"],
              "properties": {
                "unevaluatedItems": { "$dynamicRef": "#meta" },
                "unevaluatedProperties": { "$dynamicRef": "#meta" }
              }
            },
            "validation": {
              "$id": "meta/validation",
              "$dynamicAnchor": "meta",
              "type": ["object", "boolean"],
              "properties": {
                "type": {
                  "anyOf": [
                    { "$ref": "#/$defs/simpleTypes" },
                    { "type": "array", "items": { "$ref": "#/$defs/simpleTypes" }, "minItems": 1, "uniqueItems": true }
                  ]
                },
                "const": true,
                "enum": { "type": "array" },
                "multipleOf": { "type": "number", "exclusiveMinimum": 0 },
                "maximum": { "type": "number" },
                "exclusiveMaximum": { "type": "number" },
                "minimum": { "type": "number" },
                "exclusiveMinimum": { "type": "number" },
                "maxLength": { "$ref": "#/$defs/nonNegativeInteger" },
                "minLength": { "$ref": "#/$defs/nonNegativeInteger" },
                "pattern": { "type": "string", "format": "regex" },
                "maxItems": { "$ref": "#/$defs/nonNegativeInteger" },
                "minItems": { "$ref": "#/$defs/nonNegativeInteger" },
                "uniqueItems": { "type": "boolean" },
                "maxContains": { "$ref": "#/$defs/nonNegativeInteger" },
                "minContains": { "$ref": "#/$defs/nonNegativeInteger" },
                "maxProperties": { "$ref": "#/$defs/nonNegativeInteger" },
                "minProperties": { "$ref": "#/$defs/nonNegativeInteger" },
                "required": { "$ref": "#/$defs/stringArray" },
                "dependentRequired": { "type": "object", "additionalProperties": { "$ref": "#/$defs/stringArray" } }
              },
              "$defs": {
                "nonNegativeInteger": { "type": "integer", "minimum": 0 },
                "simpleTypes": { "enum": ["array", "boolean", "integer", "null", "number", "object", "string"] },
                "stringArray": { "type": "array", "items": { "type": "string" }, "uniqueItems": true }
              }
            },
            "meta-data": {
              "$id": "meta/meta-data",
              "$dynamicAnchor": "meta",
              "type": ["object", "boolean"],
              "properties": {
                "title": { "type": "string" },
                "description": { "type": "string" },
                "default": true,
                "deprecated": { "type": "boolean" },
                "readOnly": { "type": "boolean" },
                "writeOnly": { "type": "boolean" },
                "examples": { "type": "array" }
              }
            },
            "format-annotation": {
              "$id": "meta/format-annotation",
              "$dynamicAnchor": "meta",
              "type": ["object", "boolean"],
              "properties": { "format": { "type": "string" } }
            },
            "content": {
              "$id": "meta/content",
              "$dynamicAnchor": "meta",
              "type": ["object", "boolean"],
              "properties": {
                "contentEncoding": { "type": "string" },
                "contentMediaType": { "type": "string" },
                "contentSchema": { "$dynamicRef": "#meta" }
              }
            }
          }
        }
        """;

    /// <summary>The metaschema with its parts, each a resource of its own.</summary>
    public static SchemaDocument Document { get; } =
        SchemaDocument.Read(Keywords.Dialect, Payload.FromTrusted(Encoding.UTF8.GetBytes(Text)));
}
