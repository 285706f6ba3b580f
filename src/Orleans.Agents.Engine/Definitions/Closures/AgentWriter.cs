using System.Text.Json;
using Orleans.Agents.Definitions.Drafts;
using static Orleans.Agents.Definitions.Closures.ClosureParts;

namespace Orleans.Agents.Definitions.Closures;

/// <summary>Writes the agents that a workflow asks, in the stored form.</summary>
/// <param name="drafted">All documents.</param>
/// <param name="schemas">Where the schemas are noted that they use.</param>
internal sealed class AgentWriter(Drafted drafted, List<SchemaUse> schemas)
{
    public void WriteAll(Utf8JsonWriter writer, WorkflowDraft workflow)
    {
        writer.WriteStartObject();
        foreach (var name in workflow.Asked)
        {
            writer.WritePropertyName(name);
            WriteAgent(writer, drafted.Agents.First(a => a.Document.Name == name));
        }

        writer.WriteEndObject();
    }

    private void WriteAgent(Utf8JsonWriter writer, AgentDraft agent)
    {
        writer.WriteStartObject();
        writer.WriteString("model", agent.Model!.Text);
        WriteNode(writer, "instructions", agent.Instructions);
        WriteNode(writer, "prompt", agent.Prompt);
        WriteSchema(writer, "input", agent.Input, schemas);
        WriteSchema(writer, "output", agent.Output, schemas);
        if (agent.Temperature is { } temperature)
        {
            writer.WriteNumber("temperature", Canonical(temperature));
        }

        if (agent.MaxOutputTokens is { } tokens)
        {
            writer.WriteNumber("max_output_tokens", tokens);
        }

        BudgetForm.WritePrice(writer, agent.Price);
        BudgetForm.WriteLimits(writer, agent.Rate);
        writer.WriteStartArray("answers");
        foreach (var answer in agent.Answers)
        {
            writer.WriteStartObject();
            WriteNode(writer, "when", answer.When, when => writer.WriteStringValue(when.Text));
            WriteNode(writer, "answer", answer.Answer);
            WriteFailure(writer, answer.Fail);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteFailure(Utf8JsonWriter writer, RehearsedFailure? failure)
    {
        if (failure is null)
        {
            return;
        }

        writer.WriteStartObject("fail");
        writer.WriteString("code", failure.Code);
        writer.WriteString("class", failure.Class ?? "permanent");
        writer.WriteString("message", failure.Message);
        WriteDuration(writer, "retry_after", failure.RetryAfter);
        writer.WriteEndObject();
    }
}
