using System.Text;
using System.Text.Json;

namespace Orleans.Agents.Definitions.Sources;

/// <summary>Reads a JSON file: one document.</summary>
internal ref struct JsonSource
{
    private readonly SourceFile file;
    private readonly Findings findings;
    private readonly byte[] utf8;
    private Utf8JsonReader reader;
    private int bytesSeen;
    private int charactersSeen;
    private int size;

    private JsonSource(SourceFile file, Findings findings)
    {
        this.file = file;
        this.findings = findings;
        utf8 = Encoding.UTF8.GetBytes(file.Text);
        reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = Limits.Depth });
    }

    /// <summary>The document's root; none when the text is not JSON.</summary>
    public static List<Node> Read(SourceFile file, Findings findings)
    {
        var source = new JsonSource(file, findings);
        try
        {
            source.reader.Read();
            var root = source.ReadNode();
            source.reader.Read();
            return [root];
        }
        catch (JsonException broken)
        {
            var end = broken.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
            findings.Error(
                DiagnosticCode.JsonSyntax,
                file.Name,
                source.PositionOf(broken),
                $"This is not JSON: {(end < 0 ? broken.Message : broken.Message[..end])}");
            return [];
        }
    }

    // The exception counts bytes; without a place it was thrown here, at the current token.
    private Position PositionOf(JsonException broken)
    {
        if (broken.LineNumber is not { } line)
        {
            return file.PositionAt(Index());
        }

        var start = 0;
        for (; line > 0; line--)
        {
            start += utf8.AsSpan(start).IndexOf((byte)'\n') + 1;
        }

        var end = Math.Min(start + (int)(broken.BytePositionInLine ?? 0), utf8.Length);
        return file.PositionAt(Encoding.UTF8.GetCharCount(utf8.AsSpan(0, end)));
    }

    private Node ReadNode()
    {
        var index = Index();
        if (++size > Limits.Nodes)
        {
            throw new JsonException("The file holds too many values.");
        }

        return reader.TokenType switch
        {
            JsonTokenType.Null => Node.Scalar(file, index, NodeKind.Null, "null", TextStyle.Plain),
            JsonTokenType.True => Node.Scalar(file, index, NodeKind.Boolean, "true", TextStyle.Plain),
            JsonTokenType.False => Node.Scalar(file, index, NodeKind.Boolean, "false", TextStyle.Plain),
            JsonTokenType.Number => Node.Scalar(
                file, index, NodeKind.Number, Encoding.UTF8.GetString(reader.ValueSpan), TextStyle.Plain),
            JsonTokenType.String => Node.Scalar(file, index, NodeKind.Text, ReadText(), TextStyle.DoubleQuoted),
            JsonTokenType.StartArray => ReadList(index),
            JsonTokenType.StartObject => ReadMap(index),
            _ => throw new JsonException("A value is missing."),
        };
    }

    private Node ReadList(int index)
    {
        var items = new List<Node>();
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
        {
            items.Add(ReadNode());
        }

        return Node.List(file, index, items);
    }

    private Node ReadMap(int index)
    {
        var members = new List<Member>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndObject)
        {
            var key = Node.Scalar(file, Index(), NodeKind.Text, ReadText(), TextStyle.DoubleQuoted);
            reader.Read();
            var value = ReadNode();
            if (names.Add(key.Text))
            {
                members.Add(new Member(key.Text, key, value));
            }
            else
            {
                findings.Error(
                    DiagnosticCode.DuplicateKey,
                    key,
                    $"The key \"{Node.Shorten(key.Text)}\" stands here twice",
                    "each key once");
            }
        }

        return Node.Map(file, index, members);
    }

    // Half a surrogate pair can be escaped in JSON and is no text.
    private string ReadText()
    {
        try
        {
            return reader.GetString() ?? string.Empty;
        }
        catch (InvalidOperationException)
        {
            findings.Error(
                DiagnosticCode.NotJson,
                file.Name,
                file.PositionAt(Index()),
                "The text holds half of a surrogate pair",
                "whole characters");
            return string.Empty;
        }
    }

    private int Index()
    {
        var start = (int)reader.TokenStartIndex;
        if (start > bytesSeen)
        {
            charactersSeen += Encoding.UTF8.GetCharCount(utf8.AsSpan(bytesSeen, start - bytesSeen));
            bytesSeen = start;
        }

        return charactersSeen;
    }
}
