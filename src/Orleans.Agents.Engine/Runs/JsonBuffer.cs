using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orleans.Agents.Serialization;
using Orleans.Agents.Values;

namespace Orleans.Agents.Runs;

/// <summary>Writes JSON into a buffer that each thread uses again and again; what was written is copied out once.</summary>
internal static class JsonBuffer
{
    private const int Size = 4096;
    private const int MostKept = 1024 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? writer;

    public static ReadOnlyMemory<byte> Write<T>(T value, JsonTypeInfo<T> type, out ImmutableArray<Blob> blobs)
    {
        buffer ??= new ArrayBufferWriter<byte>(Size);
        writer ??= new Utf8JsonWriter(buffer, JsonText.Writing);
        try
        {
            return StoredText.Write(value, type, buffer, writer, out blobs);
        }
        finally
        {
            buffer = buffer.Capacity > MostKept ? new ArrayBufferWriter<byte>(Size) : buffer;
            buffer.ResetWrittenCount();
            writer.Reset(buffer);
        }
    }
}
