using System.Buffers;
using System.Text.Json;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>The environment variables a definition may read, as they are when a run of it starts.</summary>
internal static class RunEnvironment
{
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
