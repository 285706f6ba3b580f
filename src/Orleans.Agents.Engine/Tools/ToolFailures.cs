using System.Buffers;
using System.Text.Json;
using Orleans.Agents.Failures;
using Orleans.Agents.Values;

namespace Orleans.Agents.Tools;

/// <summary>What may go wrong with any tool.</summary>
internal static class ToolFailures
{
    public static Failure InputInvalid(string problem) => new(
        FailureClass.Permanent,
        "tool.input_invalid",
        $"The input is not what the tool takes: {problem}",
        Details: Details("problem", problem));

    public static Failure Failed(string tool, string problem) => new(
        FailureClass.Permanent, "tool.failed", $"The tool {tool} failed: {problem}", Details: Details("tool", tool));

    private static Payload Details(string name, string value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonText.Writing))
        {
            json.WriteStartObject();
            json.WriteString(name, value);
            json.WriteEndObject();
        }

        return Payload.FromTrusted(buffer.WrittenMemory);
    }
}
