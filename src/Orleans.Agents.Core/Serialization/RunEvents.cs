using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Serialization;

/// <summary>Reads and writes the facts of one append.</summary>
internal sealed class RunEventsConverter : JsonConverter<ImmutableArray<RunEvent>>
{
    private static readonly RunEventConverter Facts = new();

    public override ImmutableArray<RunEvent> Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("A list of facts was expected.");
        }

        var events = ImmutableArray.CreateBuilder<RunEvent>(4);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            events.Add(Facts.Read(ref reader, typeof(RunEvent), options));
        }

        return events.DrainToImmutable();
    }

    public override void Write(Utf8JsonWriter writer, ImmutableArray<RunEvent> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var happened in value)
        {
            Facts.Write(writer, happened, options);
        }

        writer.WriteEndArray();
    }
}

/// <summary>Reads and writes one fact by its kind, which is named in a field of it that may stand anywhere.</summary>
internal sealed class RunEventConverter : JsonConverter<RunEvent>
{
    public override RunEvent Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var ahead = reader;
        if (StepFacts.TryRead(ref ahead, options) is { } step)
        {
            reader = ahead;
            return step;
        }

        var kind = FactKinds.Named(NameOf(reader));
        return (RunEvent)JsonSerializer.Deserialize(ref reader, kind)!;
    }

    public override void Write(Utf8JsonWriter writer, RunEvent value, JsonSerializerOptions options)
    {
        if (!StepFacts.TryWrite(writer, value, options))
        {
            JsonSerializer.Serialize(writer, value, FactKinds.Of(value));
        }
    }

    private static string NameOf(Utf8JsonReader ahead)
    {
        if (ahead.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("A fact is an object.");
        }

        while (ahead.Read() && ahead.TokenType == JsonTokenType.PropertyName)
        {
            var isName = ahead.ValueTextEquals("type"u8);
            ahead.Read();
            if (isName)
            {
                return ahead.TokenType == JsonTokenType.String
                    ? ahead.GetString()!
                    : throw new JsonException("The kind of a fact is a text.");
            }

            ahead.Skip();
        }

        throw new JsonException("A fact does not say of what kind it is.");
    }
}
