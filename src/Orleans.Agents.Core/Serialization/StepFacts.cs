using System.Text.Json;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;

namespace Orleans.Agents.Serialization;

/// <summary>
/// The facts of which every step has one, read and written by hand, in the very form the serializer gives them: it costs
/// several times as much, in each step and again for each run that is taken over.
/// </summary>
internal static class StepFacts
{
    private static readonly PayloadMapConverter Payloads = new();
    private static readonly PayloadConverter Values = new();

    /// <summary>
    /// Reads a fact of a step as this version writes it. Anything else, of whatever kind, is not read, and the answer is null.
    /// </summary>
    public static RunEvent? TryRead(ref Utf8JsonReader reader, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject
            || !reader.Read() || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("type"u8)
            || !reader.Read() || reader.TokenType != JsonTokenType.String)
        {
            return null;
        }

        return reader.ValueTextEquals("activity.succeeded"u8) ? ReadSucceeded(ref reader, options)
            : reader.ValueTextEquals("state.left"u8) ? ReadLeft(ref reader, options)
            : reader.ValueTextEquals("state.entered"u8) ? ReadEntered(ref reader)
            : null;
    }

    /// <summary>Writes a fact of a step.</summary>
    /// <returns>False, and nothing is written, when it is another fact.</returns>
    public static bool TryWrite(Utf8JsonWriter writer, RunEvent happened, JsonSerializerOptions options)
    {
        switch (happened)
        {
            case RunEvent.ActivitySucceeded succeeded:
                Write(writer, succeeded);
                return true;
            case RunEvent.StateLeft left:
                Write(writer, left, options);
                return true;
            case RunEvent.StateEntered entered:
                Write(writer, entered);
                return true;
            default:
                return false;
        }
    }

    private static RunEvent.ActivitySucceeded? ReadSucceeded(ref Utf8JsonReader reader, JsonSerializerOptions options)
    {
        if (!TryReadNumber(ref reader, "visit"u8, out var visit)
            || !TryReadNumber(ref reader, "branch"u8, out var branch)
            || !TryReadNumber(ref reader, "attempt"u8, out var attempt)
            || !TryFindField(ref reader, "output"u8))
        {
            return null;
        }

        var succeeded = new RunEvent.ActivitySucceeded(
            visit, branch, attempt, Values.Read(ref reader, typeof(Payload), options));
        reader.Read();
        if (IsField(ref reader, "usage"u8))
        {
            succeeded = succeeded with { Usage = JsonSerializer.Deserialize(ref reader, RunJson.Default.Usage) };
            reader.Read();
        }

        if (IsField(ref reader, "spent"u8))
        {
            succeeded = succeeded with { Spent = JsonSerializer.Deserialize(ref reader, RunJson.Default.Books) };
            reader.Read();
        }

        if (IsField(ref reader, "waited"u8))
        {
            succeeded = succeeded with { Waited = JsonSerializer.Deserialize(ref reader, RunJson.Default.NullableTimeSpan) };
            reader.Read();
        }

        return IsEnd(ref reader, succeeded);
    }

    private static RunEvent.StateLeft? ReadLeft(ref Utf8JsonReader reader, JsonSerializerOptions options)
    {
        if (!TryReadText(ref reader, "state"u8, out var state) || !TryReadNumber(ref reader, "visit"u8, out var visit))
        {
            return null;
        }

        var left = new RunEvent.StateLeft(state, visit);
        reader.Read();
        if (IsField(ref reader, "saved"u8))
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            left = left with { Saved = Payloads.Read(ref reader, typeof(PayloadMap), options) };
            reader.Read();
        }

        if (IsField(ref reader, "failure"u8))
        {
            left = left with { Failure = JsonSerializer.Deserialize(ref reader, RunJson.Default.Failure) };
            reader.Read();
        }

        return IsEnd(ref reader, left);
    }

    private static RunEvent.StateEntered? ReadEntered(ref Utf8JsonReader reader)
    {
        if (!TryReadText(ref reader, "state"u8, out var state)
            || !TryReadNumber(ref reader, "visit"u8, out var visit)
            || !TryReadNumber(ref reader, "cycle"u8, out var cycle))
        {
            return null;
        }

        int? most = null;
        reader.Read();
        if (IsField(ref reader, "max_visits"u8))
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var number))
            {
                return null;
            }

            most = number;
            reader.Read();
        }

        if (!IsField(ref reader, "activity"u8) || reader.TokenType is not (JsonTokenType.True or JsonTokenType.False))
        {
            return null;
        }

        var entered = new RunEvent.StateEntered(state, visit, cycle, most, reader.GetBoolean());
        reader.Read();
        return IsEnd(ref reader, entered); // one that waits, or for which something is set aside, is the serializer's
    }

    private static bool TryReadNumber(ref Utf8JsonReader reader, ReadOnlySpan<byte> field, out int number)
    {
        number = 0;
        return TryFindField(ref reader, field) && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out number);
    }

    private static bool TryReadText(ref Utf8JsonReader reader, ReadOnlySpan<byte> field, out string text)
    {
        var isText = TryFindField(ref reader, field) && reader.TokenType == JsonTokenType.String;
        text = isText ? reader.GetString()! : "";
        return isText;
    }

    private static bool TryFindField(ref Utf8JsonReader reader, ReadOnlySpan<byte> field) =>
        reader.Read() && IsField(ref reader, field);

    // At the name of this field? Then it goes on to its value.
    private static bool IsField(ref Utf8JsonReader reader, ReadOnlySpan<byte> field) =>
        reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals(field) && reader.Read();

    private static T? IsEnd<T>(ref Utf8JsonReader reader, T read)
        where T : RunEvent => reader.TokenType == JsonTokenType.EndObject ? read : null;

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

        if (succeeded.Waited is { } waited)
        {
            writer.WritePropertyName("waited"u8);
            JsonSerializer.Serialize(writer, waited, RunJson.Default.TimeSpan);
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
