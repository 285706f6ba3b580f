using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;

namespace Orleans.Agents.Serialization;

/// <summary>Reads and writes results of branches as a list of pairs, the latest first.</summary>
internal sealed class BranchResultsConverter : JsonConverter<BranchResult>
{
    private static readonly PayloadConverter Outputs = new();

    public override BranchResult? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var pairs = new List<(int Branch, Payload Output)>();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
        {
            reader.Read();
            var branch = reader.GetInt32();
            reader.Read();
            pairs.Add((branch, Outputs.Read(ref reader, typeof(Payload), options)));
            reader.Read();
        }

        BranchResult? results = null;
        for (var i = pairs.Count - 1; i >= 0; i--)
        {
            results = new BranchResult(pairs[i].Branch, pairs[i].Output, results);
        }

        return results;
    }

    public override void Write(Utf8JsonWriter writer, BranchResult value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        for (var result = value; result is not null; result = result.Earlier)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(result.Branch);
            result.Output.WriteTo(writer);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }
}
