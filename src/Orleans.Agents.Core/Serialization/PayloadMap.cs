using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans.Agents.Values;

namespace Orleans.Agents.Serialization;

/// <summary>Payloads by name, in the same order on every machine.</summary>
public static class PayloadMap
{
    /// <summary>No names.</summary>
    public static ImmutableSortedDictionary<string, Payload> Empty { get; } =
        ImmutableSortedDictionary.Create<string, Payload>(StringComparer.Ordinal);
}

/// <summary>Counts by name, in the same order on every machine.</summary>
internal static class CountMap
{
    public static ImmutableSortedDictionary<string, int> Empty { get; } =
        ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);
}

/// <summary>Reads and writes <see cref="PayloadMap"/>s as objects.</summary>
internal sealed class PayloadMapConverter : JsonConverter<ImmutableSortedDictionary<string, Payload>>
{
    private static readonly PayloadConverter Values = new();

    public override ImmutableSortedDictionary<string, Payload> Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var map = PayloadMap.Empty.ToBuilder();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            map[name] = Values.Read(ref reader, typeof(Payload), options);
        }

        return map.ToImmutable();
    }

    public override void Write(
        Utf8JsonWriter writer, ImmutableSortedDictionary<string, Payload> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (name, payload) in value)
        {
            writer.WritePropertyName(name);
            payload.WriteTo(writer);
        }

        writer.WriteEndObject();
    }
}

/// <summary>Reads and writes counts by name as objects.</summary>
internal sealed class CountMapConverter : JsonConverter<ImmutableSortedDictionary<string, int>>
{
    public override ImmutableSortedDictionary<string, int> Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var map = CountMap.Empty.ToBuilder();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            map[name] = reader.GetInt32();
        }

        return map.ToImmutable();
    }

    public override void Write(
        Utf8JsonWriter writer, ImmutableSortedDictionary<string, int> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (name, count) in value)
        {
            writer.WriteNumber(name, count);
        }

        writer.WriteEndObject();
    }
}
