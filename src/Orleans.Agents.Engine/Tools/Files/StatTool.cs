using Orleans.Agents.Values;

namespace Orleans.Agents.Tools.Files;

/// <summary><c>files.stat</c>: whether something is there, and what.</summary>
internal static class StatTool
{
    /// <summary>Files up to this size are read to count their lines.</summary>
    private const long MaxCountedBytes = 64 * 1024 * 1024;

    public static Tool Tool { get; } = new(
        "files.stat",
        "Says whether a path exists, what it is, how large, and when it was changed. A missing path is no failure.",
        Payload.Parse(
            $$"""
            {
              "type": "object", "additionalProperties": false, "required": ["root", "path"],
              "properties": { {{FileSchemas.Root}}, {{FileSchemas.Path}} }
            }
            """),
        Payload.Parse(
            """
            {
              "type": "object", "additionalProperties": false, "required": ["path", "exists"],
              "properties": {
                "path": { "type": "string", "description": "The path as it was asked for." },
                "exists": { "type": "boolean", "description": "The other fields are there only if it does." },
                "kind": {
                  "enum": ["file", "directory", "link", "other"], "description": "A link is not followed."
                },
                "bytes": { "type": "integer", "minimum": 0, "description": "The size of a file, else 0." },
                "lines": {
                  "type": "integer", "minimum": 0,
                  "description": "The line ends of a file, as wc -l; only of files up to 64 MiB that may be read."
                },
                "modified_at": { "type": "string", "format": "date-time", "description": "In UTC." }
              }
            }
            """),
        ToolEffect.None,
        [Capability.FilesRead],
        (call, cancellation) => FileTool.Run(
            call, FileInputJson.Default.StatInput, input => Look(call.Files, input, cancellation)));

    private static ToolResult Look(FileRoots files, StatInput input, CancellationToken cancellation)
    {
        using var root = new ConfinedRoot(files, input.Root, write: false);
        FilePlace place = default;
        if ((root.Open() ?? root.Find(input.Path, followLast: false, out place)) is { } refused)
        {
            return FileTool.Failed(refused);
        }

        using var output = new ToolOutput();
        output.Json.WriteString("path"u8, input.Path);
        output.Json.WriteBoolean("exists"u8, place.Facts.Kind is not FileKind.Missing);
        if (place.Facts.Kind is not FileKind.Missing)
        {
            output.Json.WriteString("kind"u8, place.Facts.KindName);
            output.Json.WriteNumber("bytes"u8, place.Facts.FileBytes);
            if (Lines(place, cancellation) is { } lines)
            {
                output.Json.WriteNumber("lines"u8, lines);
            }

            output.Json.WriteString("modified_at"u8, place.Facts.ModifiedAt.UtcDateTime);
        }

        return output.Succeeded();
    }

    private static long? Lines(FilePlace place, CancellationToken cancellation)
    {
        if (place.Facts is not { Kind: FileKind.File, Bytes: <= MaxCountedBytes })
        {
            return null;
        }

        try
        {
            using var file = place.Folder.OpenFile(place.Name);
            return FileContent.Count(file, cancellation).Lines;
        }
        catch (UnauthorizedAccessException)
        {
            // To be told of a file one need not be allowed to read it.
            return null;
        }
    }
}
