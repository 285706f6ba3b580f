using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using BenchmarkDotNet.Attributes;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;
using Orleans.Agents.Values;

namespace Orleans.Agents.Benchmarks;

/// <summary>The stored form: the three events of a step, and a snapshot, there and back.</summary>
public class SerializationBenchmarks
{
    private readonly Sample sample = new();
    private readonly ArrayBufferWriter<byte> buffer = new(4_096);
    private readonly byte[] events;
    private readonly byte[] state;

    public SerializationBenchmarks()
    {
        events = JsonSerializer.SerializeToUtf8Bytes(sample.Step.Events, RunJson.Default.ImmutableArrayRunEvent);
        state = JsonSerializer.SerializeToUtf8Bytes(sample.Step.Next, RunJson.Default.RunState);
    }

    [Benchmark]
    public int Write_events() => Write(sample.Step.Events, RunJson.Default.ImmutableArrayRunEvent);

    [Benchmark]
    public int Write_snapshot() => Write(sample.Step.Next, RunJson.Default.RunState);

    [Benchmark]
    public ImmutableArray<RunEvent> Read_events() =>
        JsonSerializer.Deserialize(events, RunJson.Default.ImmutableArrayRunEvent);

    [Benchmark]
    public RunState Read_snapshot() => JsonSerializer.Deserialize(state, RunJson.Default.RunState)!;

    private int Write<T>(T value, JsonTypeInfo<T> type)
    {
        buffer.ResetWrittenCount();
        using var writer = new Utf8JsonWriter(buffer, JsonText.Writing);
        JsonSerializer.Serialize(writer, value, type);
        writer.Flush();
        return buffer.WrittenCount;
    }
}
