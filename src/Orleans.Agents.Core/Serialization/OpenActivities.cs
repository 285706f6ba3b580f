using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Serialization;

/// <summary>Activities under way, by branch.</summary>
internal static class OpenActivities
{
    public static ImmutableSortedDictionary<int, OpenActivity> None { get; } =
        ImmutableSortedDictionary<int, OpenActivity>.Empty;
}

/// <summary>Reads and writes open activities as an object of branch numbers.</summary>
internal sealed class OpenActivitiesConverter : JsonConverter<ImmutableSortedDictionary<int, OpenActivity>>
{
    public override ImmutableSortedDictionary<int, OpenActivity> Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var map = OpenActivities.None.ToBuilder();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var branch = int.Parse(reader.GetString()!, NumberStyles.None, CultureInfo.InvariantCulture);
            reader.Read();
            map[branch] = JsonSerializer.Deserialize(ref reader, RunJson.Default.OpenActivity)
                ?? throw new JsonException("An open activity cannot be null.");
        }

        return map.ToImmutable();
    }

    public override void Write(
        Utf8JsonWriter writer, ImmutableSortedDictionary<int, OpenActivity> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (branch, activity) in value)
        {
            writer.WritePropertyName(branch.ToString(CultureInfo.InvariantCulture));
            JsonSerializer.Serialize(writer, activity, RunJson.Default.OpenActivity);
        }

        writer.WriteEndObject();
    }
}
