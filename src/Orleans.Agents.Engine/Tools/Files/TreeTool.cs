using Orleans.Agents.Values;

namespace Orleans.Agents.Tools.Files;

/// <summary><c>files.tree</c>: what is in a folder.</summary>
internal static class TreeTool
{
    public static Tool Tool { get; } = new(
        "files.tree",
        "Lists the files, folders and links below a folder with their sizes, in the order of their paths.",
        Payload.Parse(
            $$"""
            {
              "type": "object", "additionalProperties": false, "required": ["root"],
              "properties": {
                {{FileSchemas.Root}},
                {{FileSchemas.Filter}},
                "max_entries": {
                  "type": "integer", "minimum": 1, "maximum": {{TreeInput.LimitMaxEntries}},
                  "default": {{TreeInput.DefaultMaxEntries}},
                  "description": "How many entries to list; the totals count the others too."
                },
                "max_depth": {
                  "type": ["integer", "null"], "minimum": 1, "maximum": {{FolderWalk.MaxDepth}}, "default": null,
                  "description": "How deep to look; 1 is the folder's own entries."
                }
              }
            }
            """),
        Payload.Parse(
            $$"""
            {
              "type": "object", "additionalProperties": false,
              "required": ["root", "entries", "files", "directories", "links", "bytes", "unreadable", "truncated"],
              "properties": {
                "root": { "type": "string", "description": "The root as it was asked for." },
                "entries": {
                  "type": "array",
                  "items": {
                    "type": "object", "additionalProperties": false, "required": ["path", "kind", "bytes"],
                    "properties": {
                      "path": { "type": "string", "description": "Relative to root, with / between names." },
                      "kind": { "enum": ["file", "directory", "link", "other"] },
                      "bytes": { "type": "integer", "minimum": 0, "description": "The size of a file, else 0." }
                    }
                  }
                },
                "files": { "type": "integer", "minimum": 0 },
                "directories": { "type": "integer", "minimum": 0 },
                "links": { "type": "integer", "minimum": 0 },
                "bytes": { "type": "integer", "minimum": 0, "description": "The size of all files together." },
                {{FileSchemas.Unreadable}},
                "truncated": { "type": "boolean", "description": "Whether entries are missing from the list." }
              }
            }
            """),
        ToolEffect.None,
        [Capability.FilesRead],
        (call, cancellation) => FileTool.Run(
            call, FileInputJson.Default.TreeInput, input => List(call.Files, input, cancellation)));

    private static ToolResult List(FileRoots files, TreeInput input, CancellationToken cancellation)
    {
        using var root = new ConfinedRoot(files, input.Root, write: false);
        if (root.Open() is { } refused)
        {
            return FileTool.Failed(refused);
        }

        using var output = new ToolOutput();
        output.Json.WriteString("root"u8, input.Root);
        output.Json.WriteStartArray("entries"u8);
        var walk = new FolderWalk(
            new FileFilter(input.Include, input.Exclude), input.MaxDepth ?? int.MaxValue, cancellation);
        var (listed, cut, bytes) = (0, false, 0L);
        var (seenFiles, directories, links) = (0, 0, 0);
        foreach (var entry in walk.Entries(root.Folder))
        {
            bytes += entry.Facts.FileBytes;
            seenFiles += entry.Facts.Kind is FileKind.File ? 1 : 0;
            directories += entry.Facts.Kind is FileKind.Directory ? 1 : 0;
            links += entry.Facts.Kind is FileKind.Link ? 1 : 0;
            cut = cut || listed == input.MaxEntries || !output.HasRoom;
            if (!cut)
            {
                listed++;
                Write(output, entry);
            }
        }

        output.Json.WriteEndArray();
        output.Json.WriteNumber("files"u8, seenFiles);
        output.Json.WriteNumber("directories"u8, directories);
        output.Json.WriteNumber("links"u8, links);
        output.Json.WriteNumber("bytes"u8, bytes);
        output.Json.WriteNumber("unreadable"u8, walk.Unreadable);
        output.Json.WriteBoolean("truncated"u8, cut || walk.IsCut);
        return output.Succeeded();
    }

    private static void Write(ToolOutput output, WalkedEntry entry)
    {
        output.Json.WriteStartObject();
        output.Json.WriteString("path"u8, entry.Path);
        output.Json.WriteString("kind"u8, entry.Facts.KindName);
        output.Json.WriteNumber("bytes"u8, entry.Facts.FileBytes);
        output.Json.WriteEndObject();
    }
}
