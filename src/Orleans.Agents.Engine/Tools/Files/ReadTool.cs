using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Microsoft.Win32.SafeHandles;
using Orleans.Agents.Values;

namespace Orleans.Agents.Tools.Files;

/// <summary><c>files.read</c>: the text of a file, or of some of its lines.</summary>
internal static class ReadTool
{
    // Quotes, the other fields and a path of any length fit beside it.
    private const int MaxEscapedBytes = ToolOutput.MaxBytes - (64 * 1024);

    public static Tool Tool { get; } = new(
        "files.read",
        "Reads a text file, or some of its lines. If the answer is truncated, go on with from_line + lines.",
        Payload.Parse(
            $$"""
            {
              "type": "object", "additionalProperties": false, "required": ["root", "path"],
              "properties": {
                {{FileSchemas.Root}},
                {{FileSchemas.Path}},
                "from_line": {
                  "type": "integer", "minimum": 1, "maximum": {{int.MaxValue}}, "default": 1,
                  "description": "The first line to read, counted from 1."
                },
                "max_lines": {
                  "type": ["integer", "null"], "minimum": 1, "maximum": {{int.MaxValue}}, "default": null,
                  "description": "How many lines to read."
                },
                "max_bytes": {
                  "type": "integer", "minimum": 1, "maximum": {{ReadInput.LimitMaxBytes}},
                  "default": {{ReadInput.DefaultMaxBytes}},
                  "description": "How many bytes to read; the cut is made after a whole line where there is one."
                }
              }
            }
            """),
        Payload.Parse(
            """
            {
              "type": "object", "additionalProperties": false,
              "required": ["path", "text", "bytes", "lines", "file_bytes", "encoding_errors", "truncated"],
              "properties": {
                "path": { "type": "string", "description": "The path as it was asked for." },
                "text": { "type": "string" },
                "bytes": { "type": "integer", "minimum": 0, "description": "How many bytes of the file the text is." },
                "lines": { "type": "integer", "minimum": 0, "description": "Line ends in the text, as wc -l." },
                "file_bytes": { "type": "integer", "minimum": 0, "description": "The size of the whole file." },
                "encoding_errors": {
                  "type": "boolean", "description": "Whether bytes that are not UTF-8 were replaced by U+FFFD."
                },
                "truncated": { "type": "boolean", "description": "Whether the file goes on after the text." }
              }
            }
            """),
        ToolEffect.None,
        [Capability.FilesRead],
        (call, cancellation) => FileTool.Run(
            call, FileInputJson.Default.ReadInput, input => Read(call.Files, input, cancellation)));

    private static ToolResult Read(FileRoots files, ReadInput input, CancellationToken cancellation)
    {
        using var root = new ConfinedRoot(files, input.Root, write: false);
        FilePlace place = default;
        if ((root.Open() ?? root.Find(input.Path, followLast: true, out place)) is { } refused)
        {
            return FileTool.Failed(refused);
        }

        if (place.Facts.Kind is not FileKind.File)
        {
            return FileTool.Failed(
                place.Facts.Kind is FileKind.Missing
                    ? FileFailures.NotFound(input.Root, input.Path)
                    : FileFailures.NotAFile(input.Root, input.Path, place.Facts.Kind));
        }

        using var file = place.Folder.OpenFile(place.Name);
        return ReadText(file, input, cancellation);
    }

    private static ToolResult ReadText(SafeFileHandle file, ReadInput input, CancellationToken cancellation)
    {
        Span<byte> start = stackalloc byte[FileContent.BinaryProbe];
        if (FileContent.IsBinary(start[..FileContent.Fill(file, start, 0)]))
        {
            return FileTool.Failed(FileFailures.Binary(input.Root, input.Path));
        }

        var from = FileContent.FindLine(file, input.FromLine, cancellation);

        // One byte more than asked for says whether there is more.
        var buffer = ArrayPool<byte>.Shared.Rent(input.MaxBytes + 1);
        var escaped = ArrayPool<byte>.Shared.Rent(MaxEscapedBytes);
        try
        {
            var read = FileContent.Fill(file, buffer.AsSpan(0, input.MaxBytes + 1), from);
            var text = Cut(buffer.AsSpan(0, Math.Min(read, input.MaxBytes)), isWhole: read <= input.MaxBytes);
            text = text[..FileContent.AfterLineEnds(text, input.MaxLines ?? int.MaxValue)];
            var quoted = Quote(ref text, escaped);
            return Answer(input, text, quoted, RandomAccess.GetLength(file), isCut: text.Length < read);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            ArrayPool<byte>.Shared.Return(escaped);
        }
    }

    // After the last whole line; in a line that is longer than all we may read, before a character that was cut in two.
    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> text, bool isWhole)
    {
        if (isWhole)
        {
            return text;
        }

        var lineEnd = text.LastIndexOf((byte)'\n');
        if (lineEnd >= 0)
        {
            return text[..(lineEnd + 1)];
        }

        for (var back = 1; back <= Math.Min(4, text.Length - 1); back++)
        {
            if (Rune.DecodeFromUtf8(text[^back..], out _, out _) is OperationStatus.NeedMoreData)
            {
                return text[..^back];
            }
        }

        return text;
    }

    // As a JSON string. Control characters take six bytes each, so what may be read can be too long to be written.
    private static ReadOnlySpan<byte> Quote(ref ReadOnlySpan<byte> text, byte[] escaped)
    {
        var space = escaped.AsSpan(1, MaxEscapedBytes - 2);
        var encoder = JsonText.Writing.Encoder!;
        if (encoder.EncodeUtf8(text, space, out var consumed, out var written) is not OperationStatus.Done)
        {
            text = Cut(text[..consumed], isWhole: false);
            encoder.EncodeUtf8(text, space, out _, out written);
        }

        escaped[0] = (byte)'"';
        escaped[written + 1] = (byte)'"';
        return escaped.AsSpan(0, written + 2);
    }

    private static ToolResult Answer(
        ReadInput input, ReadOnlySpan<byte> text, ReadOnlySpan<byte> quoted, long fileBytes, bool isCut)
    {
        using var output = new ToolOutput();
        output.Json.WriteString("path"u8, input.Path);
        output.Json.WritePropertyName("text"u8);
        output.Json.WriteRawValue(quoted, skipInputValidation: true);
        output.Json.WriteNumber("bytes"u8, text.Length);
        output.Json.WriteNumber("lines"u8, text.Count((byte)'\n'));
        output.Json.WriteNumber("file_bytes"u8, fileBytes);
        output.Json.WriteBoolean("encoding_errors"u8, !Utf8.IsValid(text));
        output.Json.WriteBoolean("truncated"u8, isCut);
        return output.Succeeded();
    }
}
