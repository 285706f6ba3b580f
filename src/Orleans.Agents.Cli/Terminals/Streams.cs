using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orleans.Agents.Values;

namespace Orleans.Agents.Cli.Terminals;

/// <summary>
/// Where a command writes: its one payload to the standard output, everything meant for people to the standard error.
/// </summary>
internal sealed class Streams
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly Lock gate = new();
    private readonly Stream output = Console.OpenStandardOutput();
    private readonly Stream error = Console.OpenStandardError();

    /// <summary>Whether a person reads the payload.</summary>
    public bool IsOutputTerminal { get; } = !Console.IsOutputRedirected;

    /// <summary>Whether a person follows what happens.</summary>
    public bool IsErrorTerminal { get; } = !Console.IsErrorRedirected;

    private bool HasColor => IsErrorTerminal
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") != "dumb";

    /// <summary>Writes the payload: laid out for people on a terminal, else on one line.</summary>
    public void WriteJson(Payload payload, bool compact)
    {
        using var document = JsonDocument.Parse(payload.Utf8, new JsonDocumentOptions { MaxDepth = Payload.MaxDepth });
        WriteJson(json => document.RootElement.WriteTo(json), compact);
    }

    /// <summary>Writes a document of the command line's own as the payload.</summary>
    public void WriteJson<TDocument>(TDocument document, JsonTypeInfo<TDocument> type, bool compact) =>
        WriteJson(json => JsonSerializer.Serialize(json, document, type), compact);

    /// <summary>Writes one JSON value as the payload.</summary>
    public void WriteJson(Action<Utf8JsonWriter> write, bool compact)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        var options = JsonText.Writing with { Indented = IsOutputTerminal && !compact };
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            write(json);
        }

        buffer.Write("\n"u8);
        Write(buffer.WrittenSpan);
    }

    /// <summary>Writes the payload of a verb that has one for people.</summary>
    public void WriteText(string text)
    {
        Write(Utf8.GetBytes(text));
    }

    private void Write(ReadOnlySpan<byte> payload)
    {
        try
        {
            output.Write(payload);
            output.Flush();
        }
        catch (IOException full)
        {
            throw new OutputException($"The output cannot be written: {full.Message}", full);
        }
    }

    /// <summary>Tells people one line.</summary>
    public void Tell(string line, Tone tone = Tone.Plain)
    {
        var bytes = Utf8.GetBytes(HasColor && tone != Tone.Plain ? $"\e[{(int)tone}m{line}\e[0m\n" : line + "\n");
        lock (gate)
        {
            error.Write(bytes);
            error.Flush();
        }
    }
}

/// <summary>How a line sounds; the number is its colour on a terminal.</summary>
internal enum Tone
{
    /// <summary>As any other text.</summary>
    Plain = 0,

    /// <summary>By the way.</summary>
    Faint = 2,

    /// <summary>Something is wrong.</summary>
    Error = 31,

    /// <summary>It worked.</summary>
    Good = 32,

    /// <summary>Something may be wrong.</summary>
    Warning = 33,
}
