using Orleans.Agents.Tools.Files;

namespace Orleans.Agents.Tools.Text;

/// <summary>What <c>text.count</c> answers: one form for a text, one for a folder.</summary>
internal static class CountSchema
{
    public const string Output =
        $$"""
        {
          "type": "object",
          "oneOf": [
            {
              "additionalProperties": false, "required": ["lines", "words", "characters", "bytes"],
              "properties": {
                "lines": { "type": "integer", "minimum": 0, "description": "Line ends, as wc -l." },
                "words": { "type": "integer", "minimum": 0, "description": "As wc -w." },
                "characters": { "type": "integer", "minimum": 0, "description": "Unicode characters, as wc -m." },
                "bytes": { "type": "integer", "minimum": 0, "description": "In UTF-8, as wc -c." }
              }
            },
            {
              "additionalProperties": false,
              "required": ["files", "lines", "bytes", "languages", "largest", "unreadable", "truncated"],
              "properties": {
                "files": { "type": "integer", "minimum": 0, "description": "Regular files, as find -type f." },
                "lines": { "type": "integer", "minimum": 0, "description": "Line ends, as wc -l." },
                "bytes": { "type": "integer", "minimum": 0, "description": "As wc -c." },
                "languages": {
                  "type": "array", "description": "Most lines first.",
                  "items": {
                    "type": "object", "additionalProperties": false,
                    "required": ["language", "files", "lines", "bytes"],
                    "properties": {
                      "language": { "type": "string", "description": "By file name; Other for what is not known." },
                      "files": { "type": "integer", "minimum": 1 },
                      "lines": { "type": "integer", "minimum": 0 },
                      "bytes": { "type": "integer", "minimum": 0 }
                    }
                  }
                },
                "largest": {
                  "type": "array", "description": "Most bytes first.",
                  "items": {
                    "type": "object", "additionalProperties": false, "required": ["path", "bytes", "lines"],
                    "properties": {
                      "path": { "type": "string", "description": "Relative to root, with / between names." },
                      "bytes": { "type": "integer", "minimum": 0 },
                      "lines": { "type": "integer", "minimum": 0 }
                    }
                  }
                },
                {{FileSchemas.Unreadable}},
                "truncated": { "type": "boolean", "description": "Whether something below the folder was left out." }
              }
            }
          ]
        }
        """;
}
