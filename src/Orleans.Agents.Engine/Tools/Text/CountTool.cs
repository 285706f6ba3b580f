using System.Text;
using Orleans.Agents.Tools.Files;
using Orleans.Agents.Values;

namespace Orleans.Agents.Tools.Text;

/// <summary><c>text.count</c>: how much text there is, in a text or below a folder.</summary>
internal static class CountTool
{
    public static Tool Tool { get; } = new(
        "text.count",
        "Counts lines, words, characters and bytes of a text, or files, lines and bytes below a folder by language.",
        Payload.Parse(
            $$"""
            {
              "type": "object",
              "oneOf": [
                {
                  "additionalProperties": false, "required": ["text"],
                  "properties": { "text": { "type": "string", "description": "The text to count." } }
                },
                {
                  "additionalProperties": false, "required": ["root"],
                  "properties": {
                    {{FileSchemas.Root}},
                    {{FileSchemas.Filter}},
                    "largest": {
                      "type": "integer", "minimum": 0, "maximum": {{CountInput.LimitLargest}},
                      "default": {{CountInput.DefaultLargest}},
                      "description": "How many of the largest files to name."
                    }
                  }
                }
              ]
            }
            """),
        Payload.Parse(CountSchema.Output),
        ToolEffect.None,
        [Capability.FilesRead],
        (call, cancellation) => FileTool.Run(
            call,
            FileInputJson.Default.CountInput,
            input => input.Text is { } text ? CountText(text) : CountFiles(call.Files, input, cancellation)));

    private static ToolResult CountText(string text)
    {
        var (words, characters, inWord) = (0, 0, false);
        foreach (var rune in text.EnumerateRunes())
        {
            characters++;
            var isSpace = Rune.IsWhiteSpace(rune);
            words += !isSpace && !inWord ? 1 : 0;
            inWord = !isSpace;
        }

        using var output = new ToolOutput();
        output.Json.WriteNumber("lines"u8, text.AsSpan().Count('\n'));
        output.Json.WriteNumber("words"u8, words);
        output.Json.WriteNumber("characters"u8, characters);
        output.Json.WriteNumber("bytes"u8, Encoding.UTF8.GetByteCount(text));
        return output.Succeeded();
    }

    private static ToolResult CountFiles(FileRoots files, CountInput input, CancellationToken cancellation)
    {
        using var root = new ConfinedRoot(files, input.Root!, write: false);
        if (root.Open() is { } refused)
        {
            return FileTool.Failed(refused);
        }

        var walk = new FolderWalk(new FileFilter(input.Include, input.Exclude), int.MaxValue, cancellation);
        var census = new Census(input.Largest ?? CountInput.DefaultLargest);
        walk.ReadFiles(root.Folder, entry =>
        {
            using var file = entry.Folder.OpenFile(entry.Name);
            var (bytes, lines) = FileContent.Count(file, cancellation);
            census.Add(new CountedFile(entry.Path, bytes, lines), Languages.Of(entry.Name));
        });

        using var output = new ToolOutput();
        var isCut = census.Write(output);
        output.Json.WriteNumber("unreadable"u8, walk.Unreadable);
        output.Json.WriteBoolean("truncated"u8, isCut || walk.IsCut);
        return output.Succeeded();
    }
}
