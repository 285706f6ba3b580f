using System.Text.Json;
using Orleans.Agents.Definitions.Drafts;
using Orleans.Agents.Workflows;
using static Orleans.Agents.Definitions.Closures.ClosureParts;

namespace Orleans.Agents.Definitions.Closures;

/// <summary>
/// The stored form of states that send messages, and of how long their chains may be. What nobody says is left out: such
/// closures are the same as before it could be said.
/// </summary>
internal static class MessageForm
{
    public static void Write(Utf8JsonWriter writer, StateDraft state)
    {
        writer.WriteStartObject("message");
        writer.WriteString("to", state.Subject!.Text);
        writer.WriteString("from", state.Sender!.Text);
        WriteNode(writer, "run", state.Recipient);
        writer.WriteEndObject();
    }

    public static State.Send Read(string name, JsonElement message) => new(
        message.GetProperty("to").GetString()!,
        message.GetProperty("from").GetString()!,
        message.TryGetProperty("run", out var run) ? ClosureReader.ReadTemplate(run) : null)
    {
        Name = name,
    };

    public static void WriteHops(Utf8JsonWriter writer, WorkflowDraft workflow)
    {
        if ((workflow.LinearHops ?? workflow.CyclicHops) is not null)
        {
            writer.WriteStartObject("hops");
            writer.WriteNumber("linear", workflow.LinearHops ?? HopLimits.Default.Linear);
            writer.WriteNumber("cyclic", workflow.CyclicHops ?? HopLimits.Default.Cyclic);
            writer.WriteEndObject();
        }
    }

    public static HopLimits ReadHops(JsonElement workflow) => workflow.TryGetProperty("hops", out var hops)
        ? new HopLimits(hops.GetProperty("linear").GetInt32(), hops.GetProperty("cyclic").GetInt32())
        : HopLimits.Default;
}
