using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;
using Orleans.Agents.Values;

namespace Orleans.Agents.Core.Tests.Runs;

/// <summary>What is large is taken out of what is stored, and comes back byte for byte.</summary>
public sealed class StoredTextTests
{
    private static readonly string Long = $"\"{new string('ø', 20_000)}\"";
    private static readonly string Other = $"[{string.Join(",", Enumerable.Range(0, 20_000))}]";

    [Fact]
    public void Facts_with_small_payloads_are_stored_as_they_always_were()
    {
        var limit = $"\"{new string('x', RunLimits.InlineBytes - 2)}\"";
        var (stored, blobs) = Store(Output(limit), Output("""{ "a": 1.50 }"""));

        Assert.Equal(Plain(Output(limit), Output("""{ "a": 1.50 }""")), Text(stored));
        Assert.Empty(blobs);
        Assert.Empty(StoredText.HashesIn(stored.Span));
        Assert.Equal(stored, StoredText.PutBack(stored, Bodies(blobs)));
    }

    [Fact]
    public void A_payload_of_one_byte_more_is_taken_out_and_a_mark_stands_in_its_place()
    {
        var (stored, blobs) = Store(Output($"\"{new string('x', RunLimits.InlineBytes - 1)}\""));

        var blob = Assert.Single(blobs);
        Assert.Equal(RunLimits.InlineBytes + 1, blob.Body.Length);
        Assert.True(blob.IsIntact);
        Assert.Equal(
            $$$"""{"blobs_at":[72],"value":[{"type":"activity.succeeded","visit":1,"branch":0,"attempt":1,"output":{"$blob":"{{{blob.Hash}}}"}}]}""",
            Text(stored));
    }

    [Fact]
    public void What_is_large_is_taken_out_once_wherever_it_stands()
    {
        var (_, blobs) = Store(
            Output(Long),
            new RunEvent.StateLeft("a", 1, PayloadMap.Empty.Add("kept", Payload.Parse(Long))),
            new RunEvent.Failed(new Failure(FailureClass.Permanent, "c", "m", Details: Payload.Parse(Long))),
            Output($$"""{ "round": 3, "text": {{Long}} }"""),
            Output($$"""[{{Long}}, {{Other}}, [[{{Long}}]]]"""));

        Assert.Equal([Long, Other], blobs.Select(blob => Text(blob.Body)));
    }

    [Fact]
    public void A_value_that_is_large_without_the_large_ones_in_it_is_taken_out_whole()
    {
        var mixed = $"[{string.Join(",", Enumerable.Repeat("12345", 8_000))},{Long}]";
        var (stored, blobs) = Store(Output($$"""{"a":{{mixed}}}"""));

        Assert.Equal(mixed, Text(Assert.Single(blobs).Body));
        Assert.True(stored.Length < 300);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_payload_that_looks_like_a_mark_stays_what_it_is(bool besideRealOnes)
    {
        var hash = Blob.Of(Encoding.UTF8.GetBytes(Long)).Hash;
        var mark = $$"""{"$blob":"{{hash}}"}""";
        RunEvent[] events =
        [
            Output(mark),
            Output($"[{mark}]"),
            .. besideRealOnes ? (RunEvent[])[Output(Long), Output($"[{mark},{Long},{mark}]")] : [],
            Output($$"""{"blobs_at":[1],"value":{{mark}}}"""),
        ];
        AssertRoundTrip(events);
    }

    [Fact]
    public void A_state_comes_back_byte_for_byte()
    {
        var run = new Scenario(Flow.Of(
            Flow.Tool("a", "b") with { Save = [Flow.Save("kept", "\"${{ output }}\"")] }, Flow.Tool("b", "done"), Flow.End()));
        run.Start($$"""{"text":{{Long}}}""").Succeed($$"""{"{{new string('k', 40_000)}}":1,"text":{{Long}}}""");
        var plain = Scenario.Snapshot(run.State);

        var (stored, blobs) = Write(run.State, RunJson.Default.RunState);

        Assert.Equal(2, blobs.Length);
        Assert.True(stored.Length < 2_000);
        Assert.Equal(plain, Scenario.Snapshot(JsonSerializer.Deserialize(
            StoredText.PutBack(stored, Bodies(blobs)).Span, RunJson.Default.RunState)!));
    }

    [Fact]
    public void Whatever_payloads_there_are_they_come_back_byte_for_byte()
    {
        var random = new Random(20261128);
        for (var round = 0; round < 200; round++)
        {
            AssertRoundTrip([.. Enumerable.Range(0, 3).Select(_ => Output(Any(random, 4)))]);
        }
    }

    [Fact]
    public void Bytes_that_are_no_text_come_back_too()
    {
        byte[] broken = [.. "[\""u8, .. Enumerable.Repeat((byte)0xFF, 40_000), .. "\"]"u8];
        var (stored, blobs) = Store(new RunEvent.ActivitySucceeded(1, 0, 1, Payload.FromTrusted(broken)));

        Assert.NotEmpty(blobs);
        Assert.True(StoredText.PutBack(stored, Bodies(blobs)).Span.IndexOf(broken) > 0);
    }

    [Fact]
    public void Elsewhere_large_payloads_are_written_as_they_are()
    {
        Store(Output(Long));

        Assert.Contains(Long, Plain(Output(Long)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_that_cannot_be_written_leaves_no_trace_in_the_next()
    {
        var failure = new Failure(FailureClass.Permanent, "c", "m");
        var endless = Enumerable.Range(0, 1_000).Aggregate(failure, (cause, _) => failure with { Cause = cause });
        Assert.Throws<JsonException>(() => Store(Output(Long), new RunEvent.Failed(endless)));

        Assert.Contains(Long, Plain(Output(Long)), StringComparison.Ordinal);
        Assert.Empty(Store(Output("1")).Blobs);
    }

    [Fact]
    public void A_missing_blob_is_said()
    {
        var (stored, blobs) = Store(Output(Long));

        var missing = Assert.Throws<InvalidDataException>(() => StoredText.PutBack(stored, Bodies([])));
        Assert.Contains(blobs[0].Hash, missing.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"blobs_at":[0],"value":[1]}""")]
    [InlineData("""{"blobs_at":[4000000000],"value":[1]}""")]
    [InlineData("""{"blobs_at":[2""")]
    [InlineData("""{"blobs_at":[]""")]
    [InlineData("""{"blobs_at":[-1],"value":[1]}""")]
    [InlineData("""{"blobs_at":[0,0],"value":{"$blob":"0000000000000000000000000000000000000000000000000000000000000000"}}""")]
    [InlineData("""{"blobs_at":[0],"value":{"$blob":"00""")]
    public void A_damaged_text_is_refused(string stored)
    {
        var bodies = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal) { [new string('0', 64)] = "1"u8.ToArray() };

        Assert.Throws<InvalidDataException>(() => StoredText.PutBack(Encoding.UTF8.GetBytes(stored), bodies));
        Assert.Empty(StoredText.HashesIn(Encoding.UTF8.GetBytes(stored)));
    }

    [Fact]
    public void A_small_payload_costs_no_memory_more_than_without_any_of_this()
    {
        ImmutableArray<RunEvent> events = [Output("""{"text":"short"}"""), Output("1")];
        var buffer = new ArrayBufferWriter<byte>(4096);
        using var writer = new Utf8JsonWriter(buffer, JsonText.Writing);

        var plain = BytesFor(() =>
        {
            JsonSerializer.Serialize(writer, events, RunJson.Default.ImmutableArrayRunEvent);
            writer.Flush();
            return buffer.WrittenSpan.ToArray();
        });
        var taking = BytesFor(() => StoredText.Write(events, RunJson.Default.ImmutableArrayRunEvent, buffer, writer, out _));

        Assert.Equal(plain, taking);

        long BytesFor<T>(Func<T> write)
        {
            var before = 0L;
            for (var i = 0; i < 3; i++)
            {
                buffer.ResetWrittenCount();
                writer.Reset(buffer);
                before = GC.GetAllocatedBytesForCurrentThread();
                write();
                before = GC.GetAllocatedBytesForCurrentThread() - before;
            }

            return before;
        }
    }

    private static RunEvent.ActivitySucceeded Output(string json) => new(1, 0, 1, Payload.Parse(json));

    private static string Any(Random random, int depth) => random.Next(depth > 0 ? 7 : 4) switch
    {
        0 => $"{random.Next()}.{random.Next(100):d2}",
        1 => $"\"{new string((char)random.Next('a', 'å'), random.Next(10)).Replace('\\', '/').Replace('\u007F', ' ')}\"",
        2 => $"\"{new string('é', random.Next(40_000))}\\n\"",
        3 => random.Next(2) == 0 ? "null" : $$"""{"$blob":"{{new string('a', 64)}}"}""",
        4 => "{ }",
        5 => $"[{string.Join(" , ", Enumerable.Range(0, random.Next(4)).Select(_ => Any(random, depth - 1)))}]",
        _ => $"{{{string.Join(",\n", Enumerable.Range(0, random.Next(4)).Select(i => $"\"{i}\" : {Any(random, depth - 1)}"))}}}",
    };

    private static void AssertRoundTrip(params RunEvent[] events)
    {
        var (stored, blobs) = Store(events);

        Assert.Equal(Plain(events), Text(StoredText.PutBack(stored, Bodies(blobs))));
        Assert.Equal(
            blobs.Select(blob => blob.Hash), StoredText.HashesIn(stored.Span).Distinct(StringComparer.Ordinal));
        Assert.All(blobs, blob => Assert.True(blob.IsIntact));
        using var value = JsonDocument.Parse(stored);
    }

    private static string Plain(params RunEvent[] events) =>
        Encoding.UTF8.GetString(JsonBytes([.. events]));

    private static byte[] JsonBytes(ImmutableArray<RunEvent> events)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonText.Writing))
        {
            JsonSerializer.Serialize(writer, events, RunJson.Default.ImmutableArrayRunEvent);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static (ReadOnlyMemory<byte> Stored, ImmutableArray<Blob> Blobs) Store(params RunEvent[] events) =>
        Write([.. events], RunJson.Default.ImmutableArrayRunEvent);

    private static (ReadOnlyMemory<byte> Stored, ImmutableArray<Blob> Blobs) Write<T>(
        T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, JsonText.Writing);
        return (StoredText.Write(value, type, buffer, writer, out var blobs), blobs);
    }

    private static Dictionary<string, ReadOnlyMemory<byte>> Bodies(ImmutableArray<Blob> blobs) =>
        blobs.ToDictionary(blob => blob.Hash, blob => blob.Body, StringComparer.Ordinal);

    private static string Text(ReadOnlyMemory<byte> utf8) => Encoding.UTF8.GetString(utf8.Span);
}
