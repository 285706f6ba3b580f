using System.Buffers;
using System.Text.Json;
using Orleans.Agents.Expressions;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>What <c>run</c> means in expressions: who the run is and where it stands.</summary>
internal sealed class RunDescription(Workflow workflow, RunState state, int branch) : ILaterPayload
{
    private ReadOnlyMemory<byte> made;

    // Two threads that ask at once may both make it; they make the same.
    public Payload Value => Payload.FromTrusted(made.IsEmpty ? made = Make() : made);

    private ReadOnlyMemory<byte> Make()
    {
        var buffer = new ArrayBufferWriter<byte>(384);
        using (var json = new Utf8JsonWriter(buffer, JsonText.Writing))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, state.Origin?.Run);
            json.WriteString("workflow"u8, workflow.Name);
            json.WriteString("version"u8, workflow.Version);
            json.WriteString("correlation_id"u8, state.Origin?.CorrelationId.ToString("D"));
            json.WriteString("started_at"u8, state.StartedAt);
            json.WriteString("state"u8, state.State);
            json.WriteNumber("visit"u8, state.Visit);
            json.WriteNumber("attempt"u8, state.Open.TryGetValue(branch, out var open) ? open.Attempt : 0);
            WriteCycle(json);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private void WriteCycle(Utf8JsonWriter json)
    {
        var current = state.Visits.GetValueOrDefault(state.State);
        json.WriteStartObject("cycle"u8);
        json.WriteNumber("current"u8, current);
        if (state.MaxVisits is { } max)
        {
            json.WriteNumber("max"u8, max);
            json.WriteNumber("remaining"u8, max - current);
        }
        else
        {
            json.WriteNull("max"u8);
            json.WriteNull("remaining"u8);
        }

        json.WriteEndObject();
    }
}
