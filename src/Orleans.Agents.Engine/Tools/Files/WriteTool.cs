using System.Text;
using Orleans.Agents.Failures;
using Orleans.Agents.Values;

namespace Orleans.Agents.Tools.Files;

/// <summary><c>files.write</c>: a file with this text, whole or not at all.</summary>
internal static class WriteTool
{
    /// <summary>The most bytes a text may have.</summary>
    public const int MaxTextBytes = 4 * 1024 * 1024;

    private const UnixFileMode AnyWriter = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    public static Tool Tool { get; } = new(
        "files.write",
        "Writes a text file, replacing one that is there. Readers see the old text or the new one, never a part.",
        Payload.Parse(
            $$"""
            {
              "type": "object", "additionalProperties": false, "required": ["root", "path", "text"],
              "properties": {
                {{FileSchemas.Root}},
                {{FileSchemas.Path}},
                "text": { "type": "string", "description": "The whole text of the file; at most 4 MiB in UTF-8." },
                "create_directories": {
                  "type": "boolean", "default": false,
                  "description": "Whether folders on the way to the file are made if they do not exist."
                }
              }
            }
            """),
        Payload.Parse(
            """
            {
              "type": "object", "additionalProperties": false, "required": ["path", "bytes", "created"],
              "properties": {
                "path": { "type": "string", "description": "The path as it was asked for." },
                "bytes": { "type": "integer", "minimum": 0, "description": "The size of the file now." },
                "created": { "type": "boolean", "description": "Whether there was no such file before." }
              }
            }
            """),
        ToolEffect.Idempotent,
        [Capability.FilesWrite],
        (call, cancellation) => FileTool.Run(
            call, FileInputJson.Default.WriteInput, input => Write(call.Files, input, cancellation)));

    private static ToolResult Write(FileRoots files, WriteInput input, CancellationToken cancellation)
    {
        var content = Encoding.UTF8.GetBytes(input.Text);
        if (content.Length > MaxTextBytes)
        {
            return FileTool.Failed(FileFailures.TooLarge(input.Root, input.Path, content.Length, MaxTextBytes));
        }

        cancellation.ThrowIfCancellationRequested();
        using var root = new ConfinedRoot(files, input.Root, write: true);
        FilePlace place = default;
        var refused = root.Open(input.CreateDirectories)
            ?? root.FindForWriting(input.Path, input.CreateDirectories, out place)
            ?? Refusal(input, place);
        if (refused is not null)
        {
            return FileTool.Failed(refused);
        }

        Replace(place, content, cancellation);
        using var output = new ToolOutput();
        output.Json.WriteString("path"u8, input.Path);
        output.Json.WriteNumber("bytes"u8, content.Length);
        output.Json.WriteBoolean("created"u8, place.Facts.Kind is FileKind.Missing);
        return output.Succeeded();
    }

    private static Failure? Refusal(WriteInput input, FilePlace place) => place.Facts.Kind switch
    {
        FileKind.Missing => null,
        FileKind.Link => FileFailures.Link(input.Root, input.Path),

        // Replacing needs no right to the file itself, so its owner's wish is asked for here.
        FileKind.File => place.Facts.Mode is { } mode && (mode & AnyWriter) == 0
            ? FileFailures.Denied(input.Root, input.Path)
            : null,
        _ => FileFailures.NotAFile(input.Root, input.Path, place.Facts.Kind),
    };

    // On the disk before it gets the name, and the name on the disk before we answer.
    private static void Replace(FilePlace place, byte[] content, CancellationToken cancellation)
    {
        var draft = place.Folder.PathOf($".agents-{Guid.NewGuid():N}.tmp");
        try
        {
            using (var file = File.OpenHandle(draft, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                if (place.Facts.Mode is { } mode && !OperatingSystem.IsWindows())
                {
                    File.SetUnixFileMode(file, mode);
                }

                RandomAccess.Write(file, content, 0);
                RandomAccess.FlushToDisk(file);
            }

            cancellation.ThrowIfCancellationRequested();
            File.Move(draft, place.Folder.PathOf(place.Name), overwrite: true);
        }
        finally
        {
            // It has the file's name by now, unless something went wrong.
            File.Delete(draft);
        }

        place.Folder.Flush();
    }
}
