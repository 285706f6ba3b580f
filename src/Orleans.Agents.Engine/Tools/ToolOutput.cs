using System.Buffers;
using System.Text.Json;
using Orleans.Agents.Values;

namespace Orleans.Agents.Tools;

/// <summary>Writes one output object and says when it is full.</summary>
internal sealed class ToolOutput : IDisposable
{
    /// <summary>The most bytes an output may have.</summary>
    public const int MaxBytes = 2 * 1024 * 1024;

    // What is left over takes the longest entry there can be and whatever follows the list.
    private const int MaxListBytes = MaxBytes - (512 * 1024);

    private readonly ArrayBufferWriter<byte> buffer = new();

    public ToolOutput()
    {
        Json = new Utf8JsonWriter(buffer, JsonText.Writing);
        Json.WriteStartObject();
    }

    /// <summary>The writer, inside the object.</summary>
    public Utf8JsonWriter Json { get; }

    /// <summary>Whether another entry of a list fits.</summary>
    public bool HasRoom => Json.BytesCommitted + Json.BytesPending < MaxListBytes;

    /// <summary>Ends the object.</summary>
    public ToolResult Succeeded()
    {
        Json.WriteEndObject();
        Json.Flush();
        return new ToolResult.Succeeded(Payload.FromTrusted(buffer.WrittenMemory));
    }

    public void Dispose() => Json.Dispose();
}
