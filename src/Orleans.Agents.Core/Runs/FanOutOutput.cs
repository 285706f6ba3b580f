using System.Buffers;
using System.Text.Json;
using Orleans.Agents.Failures;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>What a fan-out yields: its results in the order of its branches, whatever order they came in.</summary>
internal static class FanOutOutput
{
    /// <summary>
    /// A list, or an object by name or key. Where not all branches had to succeed, only those that did.
    /// </summary>
    public static Payload Of(State definition, FanOut fan)
    {
        var results = new List<BranchResult>(fan.Count);
        for (var result = fan.Results; result is not null; result = result.Earlier)
        {
            results.Add(result);
        }

        results.Sort(static (one, other) => one.Branch.CompareTo(other.Branch));
        var buffer = new ArrayBufferWriter<byte>((int)fan.Bytes + (results.Count * 2) + 2);
        using (var json = new Utf8JsonWriter(buffer, JsonText.Writing))
        {
            var parallel = definition as State.Parallel;
            if (parallel is null && fan.Keys is null)
            {
                WriteList(json, results);
            }
            else
            {
                WriteObject(json, results, branch => parallel is null ? fan.Keys!.Value[branch] : parallel.Branches[branch].Name);
            }
        }

        return Payload.FromTrusted(buffer.WrittenMemory);
    }

    /// <summary>A failed branch among the results, where failures are collected.</summary>
    public static Payload Describe(Failure failure)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, JsonText.Writing))
        {
            json.WriteStartObject();
            json.WritePropertyName("error"u8);
            RunScope.Describe(failure).WriteTo(json);
            json.WriteEndObject();
        }

        return Payload.FromTrusted(buffer.WrittenMemory);
    }

    private static void WriteList(Utf8JsonWriter json, List<BranchResult> results)
    {
        json.WriteStartArray();
        foreach (var result in results)
        {
            result.Output.WriteTo(json);
        }

        json.WriteEndArray();
    }

    private static void WriteObject(Utf8JsonWriter json, List<BranchResult> results, Func<int, string> nameOf)
    {
        json.WriteStartObject();
        foreach (var result in results)
        {
            json.WritePropertyName(nameOf(result.Branch));
            result.Output.WriteTo(json);
        }

        json.WriteEndObject();
    }
}
