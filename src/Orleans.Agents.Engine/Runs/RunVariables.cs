using System.Buffers;
using System.Text.Json;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>The variables of this process that a run keeps from its start on.</summary>
internal static class RunVariables
{
    /// <summary>Those that the workflow's policy lets it read, as they are now; null when there are none.</summary>
    public static Payload? Of(Workflow workflow)
    {
        if (workflow.Policy.Env.IsEmpty)
        {
            return null;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonText.Writing))
        {
            json.WriteStartObject();
            foreach (var name in workflow.Policy.Env.Order(StringComparer.Ordinal))
            {
                json.WriteString(name, Environment.GetEnvironmentVariable(name));
            }

            json.WriteEndObject();
        }

        return Payload.FromTrusted(buffer.WrittenMemory);
    }
}
