using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Serialization;

/// <summary>
/// Reads and writes the facts of one append. The facts of which every step has one are written by hand, in the very form
/// the serializer gives them: a union costs it more than all the rest of a step's writing.
/// </summary>
internal sealed class RunEventsConverter : JsonConverter<ImmutableArray<RunEvent>>
{
    private static readonly PayloadMapConverter Payloads = new();

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
            events.Add(JsonSerializer.Deserialize(ref reader, RunJson.Default.RunEvent)
                ?? throw new JsonException("A fact cannot be null."));
        }

        return events.DrainToImmutable();
    }

    public override void Write(Utf8JsonWriter writer, ImmutableArray<RunEvent> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var happened in value)
        {
            switch (happened)
            {
                case RunEvent.ActivitySucceeded succeeded:
                    Write(writer, succeeded);
                    break;
                case RunEvent.StateLeft left:
                    Write(writer, left, options);
                    break;
                case RunEvent.StateEntered entered:
                    Write(writer, entered);
                    break;
                default:
                    JsonSerializer.Serialize(writer, happened, RunJson.Default.RunEvent);
                    break;
            }
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, RunEvent.ActivitySucceeded succeeded)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "activity.succeeded"u8);
        writer.WriteNumber("visit"u8, succeeded.Visit);
        writer.WriteNumber("branch"u8, succeeded.Branch);
        writer.WriteNumber("attempt"u8, succeeded.Attempt);
        writer.WritePropertyName("output"u8);
        succeeded.Output.WriteTo(writer);
        if (succeeded.Usage is { } usage)
        {
            writer.WritePropertyName("usage"u8);
            JsonSerializer.Serialize(writer, usage, RunJson.Default.Usage);
        }

        if (succeeded.Spent is { } spent)
        {
            writer.WritePropertyName("spent"u8);
            JsonSerializer.Serialize(writer, spent, RunJson.Default.Books);
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, RunEvent.StateLeft left, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "state.left"u8);
        writer.WriteString("state"u8, left.State);
        writer.WriteNumber("visit"u8, left.Visit);
        if (left.Saved is { } saved)
        {
            writer.WritePropertyName("saved"u8);
            Payloads.Write(writer, saved, options);
        }

        if (left.Failure is { } failure)
        {
            writer.WritePropertyName("failure"u8);
            JsonSerializer.Serialize(writer, failure, RunJson.Default.Failure);
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, RunEvent.StateEntered entered)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "state.entered"u8);
        writer.WriteString("state"u8, entered.State);
        writer.WriteNumber("visit"u8, entered.Visit);
        writer.WriteNumber("cycle"u8, entered.Cycle);
        if (entered.MaxVisits is { } most)
        {
            writer.WriteNumber("max_visits"u8, most);
        }

        writer.WriteBoolean("activity"u8, entered.Activity);
        if (entered.WakeAt is { } due)
        {
            writer.WriteString("wake_at"u8, due);
        }

        if (entered.Signal is { } signal)
        {
            writer.WriteString("signal"u8, signal);
        }

        if (entered.Reserved is { } reserved)
        {
            writer.WritePropertyName("reserved"u8);
            JsonSerializer.Serialize(writer, reserved, RunJson.Default.Cost);
        }

        writer.WriteEndObject();
    }
}
