using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace Orleans.Agents.Tools.Files;

/// <summary>Puts a pattern to each line of one file after another and writes down what matches.</summary>
internal sealed class LineSearch(Regex pattern, SearchInput input, ToolOutput output, CancellationToken cancellation)
{
    /// <summary>How many characters of a line are shown.</summary>
    public const int MaxText = 400;

    private int listed;

    public long Total { get; private set; }

    public int FilesSearched { get; private set; }

    public int FilesMatched { get; private set; }

    public int FilesSkipped { get; private set; }

    public bool IsCut { get; private set; }

    public void Read(WalkedEntry entry)
    {
        if (entry.Facts.Bytes > input.MaxFileBytes)
        {
            FilesSkipped++;
            return;
        }

        // As long as it was when it was met; what is appended meanwhile is for the next search.
        var length = (int)entry.Facts.Bytes;
        var bytes = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            using var file = entry.Folder.OpenFile(entry.Name);
            var text = bytes.AsSpan(0, FileContent.Fill(file, bytes.AsSpan(0, length), 0));
            if (FileContent.IsBinary(text))
            {
                FilesSkipped++;
                return;
            }

            FilesSearched++;
            Search(entry.Path, text);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private void Search(string path, ReadOnlySpan<byte> utf8)
    {
        var characters = ArrayPool<char>.Shared.Rent(Encoding.UTF8.GetMaxCharCount(utf8.Length));
        try
        {
            ReadOnlySpan<char> rest = characters.AsSpan(0, Encoding.UTF8.GetChars(utf8, characters));
            var found = 0;
            for (var line = 1; !rest.IsEmpty; line++)
            {
                cancellation.ThrowIfCancellationRequested();
                var end = rest.IndexOf('\n');
                var text = end < 0 ? rest : rest[..end];
                rest = end < 0 ? [] : rest[(end + 1)..];
                if (pattern.IsMatch(text))
                {
                    found++;
                    List(path, line, text);
                }
            }

            Total += found;
            FilesMatched += found > 0 ? 1 : 0;
        }
        finally
        {
            ArrayPool<char>.Shared.Return(characters);
        }
    }

    private void List(string path, int line, ReadOnlySpan<char> text)
    {
        IsCut = IsCut || listed == input.MaxMatches || !output.HasRoom;
        if (IsCut)
        {
            return;
        }

        listed++;
        output.Json.WriteStartObject();
        output.Json.WriteString("path"u8, path);
        output.Json.WriteNumber("line"u8, line);
        output.Json.WriteString("text"u8, Shortened(text.TrimEnd('\r')));
        output.Json.WriteEndObject();
    }

    private static ReadOnlySpan<char> Shortened(ReadOnlySpan<char> text) =>
        text.Length <= MaxText ? text
        : char.IsHighSurrogate(text[MaxText - 1]) ? text[..(MaxText - 1)]
        : text[..MaxText];
}
