using System.Text.RegularExpressions;
using Orleans.Agents.Values;

namespace Orleans.Agents.Tools.Files;

/// <summary><c>files.search</c>: the lines of files that match a pattern.</summary>
internal static class SearchTool
{
    public static Tool Tool { get; } = new(
        "files.search",
        "Finds the lines that match a regular expression in the text files below a folder. Binary files are skipped.",
        Payload.Parse(
            $$"""
            {
              "type": "object", "additionalProperties": false, "required": ["root", "pattern"],
              "properties": {
                {{FileSchemas.Root}},
                "pattern": {
                  "type": "string", "maxLength": {{SearchInput.MaxPatternLength}},
                  "description": "A .NET regular expression, put to each line; no lookaround, no backreferences."
                },
                {{FileSchemas.Filter}},
                "case_sensitive": { "type": "boolean", "default": true },
                "max_matches": {
                  "type": "integer", "minimum": 1, "maximum": {{SearchInput.LimitMaxMatches}},
                  "default": {{SearchInput.DefaultMaxMatches}},
                  "description": "How many lines to list; total counts the others too."
                },
                "max_file_bytes": {
                  "type": "integer", "minimum": 1, "maximum": {{SearchInput.LimitMaxFileBytes}},
                  "default": {{SearchInput.DefaultMaxFileBytes}},
                  "description": "Larger files are skipped."
                }
              }
            }
            """),
        Payload.Parse(
            $$"""
            {
              "type": "object", "additionalProperties": false,
              "required": [
                "matches", "total", "files_searched", "files_matched", "files_skipped", "unreadable", "truncated"
              ],
              "properties": {
                "matches": {
                  "type": "array",
                  "items": {
                    "type": "object", "additionalProperties": false, "required": ["path", "line", "text"],
                    "properties": {
                      "path": { "type": "string", "description": "Relative to root, with / between names." },
                      "line": { "type": "integer", "minimum": 1 },
                      "text": {
                        "type": "string", "maxLength": {{LineSearch.MaxText}},
                        "description": "The line without its end, cut to {{LineSearch.MaxText}} characters."
                      }
                    }
                  }
                },
                "total": { "type": "integer", "minimum": 0, "description": "How many lines match, listed or not." },
                "files_searched": { "type": "integer", "minimum": 0 },
                "files_matched": { "type": "integer", "minimum": 0 },
                "files_skipped": { "type": "integer", "minimum": 0, "description": "Binary or too large." },
                {{FileSchemas.Unreadable}},
                "truncated": { "type": "boolean", "description": "Whether matches are missing from the list." }
              }
            }
            """),
        ToolEffect.None,
        [Capability.FilesRead],
        (call, cancellation) => FileTool.Run(
            call, FileInputJson.Default.SearchInput, input => Search(call.Files, input, cancellation)));

    private static ToolResult Search(FileRoots files, SearchInput input, CancellationToken cancellation)
    {
        if (!TryParse(input, out var pattern, out var problem))
        {
            return FileTool.Failed(FileFailures.Pattern(input.Pattern, problem));
        }

        using var root = new ConfinedRoot(files, input.Root, write: false);
        if (root.Open() is { } refused)
        {
            return FileTool.Failed(refused);
        }

        using var output = new ToolOutput();
        output.Json.WriteStartArray("matches"u8);
        var walk = new FolderWalk(new FileFilter(input.Include, input.Exclude), int.MaxValue, cancellation);
        var search = new LineSearch(pattern, input, output, cancellation);
        walk.ReadFiles(root.Folder, search.Read);
        output.Json.WriteEndArray();
        output.Json.WriteNumber("total"u8, search.Total);
        output.Json.WriteNumber("files_searched"u8, search.FilesSearched);
        output.Json.WriteNumber("files_matched"u8, search.FilesMatched);
        output.Json.WriteNumber("files_skipped"u8, search.FilesSkipped);
        output.Json.WriteNumber("unreadable"u8, walk.Unreadable);
        output.Json.WriteBoolean("truncated"u8, search.IsCut || walk.IsCut);
        return output.Succeeded();
    }

    private static bool TryParse(SearchInput input, out Regex pattern, out string problem)
    {
        var options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant
            | (input.CaseSensitive ? RegexOptions.None : RegexOptions.IgnoreCase);
        (pattern, problem) = (null!, "");
        try
        {
            pattern = new Regex(input.Pattern, options);
            return true;
        }
        catch (ArgumentException broken)
        {
            problem = broken.Message;
            return false;
        }
        catch (NotSupportedException needsBacktracking)
        {
            problem = needsBacktracking.Message;
            return false;
        }
    }
}
