using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Gateway.Following;

/// <summary>Writes facts as a stream of events (the form that browsers' <c>EventSource</c> reads).</summary>
internal static class Frames
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 256 };

    /// <summary>Writes facts that follow on each other.</summary>
    public static NewsItem Of(ImmutableArray<StoredFact> facts)
    {
        var buffer = new ArrayBufferWriter<byte>(256 * facts.Length);
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        foreach (var fact in facts)
        {
            buffer.Write(Encoding.UTF8.GetBytes(
                string.Create(CultureInfo.InvariantCulture, $"id: {fact.Version}\nevent: {fact.Type}\ndata: ")));
            Write(json, fact);
            json.Flush();
            json.Reset();
            buffer.Write("\n\n"u8);
        }

        return new NewsItem(facts[0].Version, facts[^1].Version, facts[^1].IsEnd, buffer.WrittenMemory);
    }

    /// <summary>A fact in the form of the contract.</summary>
    public static RunFact ContractOf(StoredFact fact) => new(
        fact.Version, fact.At, fact.Epoch.Value, fact.Type, JsonElement.Parse(fact.Json.Span, Deep));

    // The same in writing: what was stored goes out as it is.
    private static void Write(Utf8JsonWriter json, StoredFact fact)
    {
        json.WriteStartObject();
        json.WriteNumber("sequence"u8, fact.Version);
        json.WriteString("at"u8, fact.At);
        json.WriteNumber("epoch"u8, fact.Epoch.Value);
        json.WriteString("type"u8, fact.Type);
        json.WritePropertyName("fact"u8);
        if (fact.Json.Span.IndexOfAny((byte)'\n', (byte)'\r') < 0)
        {
            json.WriteRawValue(fact.Json.Span, skipInputValidation: true);
        }
        else
        {
            // Some payload is written on several lines, and a line is what ends a field of a stream.
            JsonElement.Parse(fact.Json.Span, Deep).WriteTo(json);
        }

        json.WriteEndObject();
    }
}
