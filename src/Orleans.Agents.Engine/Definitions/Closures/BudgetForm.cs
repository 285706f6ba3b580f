using System.Text.Json;
using Orleans.Agents.Budgets;
using Orleans.Agents.Definitions.Drafts;
using Orleans.Agents.Workflows;
using static Orleans.Agents.Definitions.Closures.ClosureParts;

namespace Orleans.Agents.Definitions.Closures;

/// <summary>
/// The stored form of budgets, allotments, prices and limits. What nobody says is left out: such closures are the same as before
/// it could be said.
/// </summary>
internal static class BudgetForm
{
    public static void Write(Utf8JsonWriter writer, WorkflowDraft workflow)
    {
        writer.WriteStartObject("budget");
        writer.WriteNumber("activities", workflow.Activities ?? Budget.Default.Activities);
        writer.WriteString("time", DurationText.Format(workflow.Time ?? Budget.Default.Time));
        WriteNumber(writer, "depth", workflow.Depth);
        WriteNumber(writer, "launches", workflow.Launches);
        WriteNumber(writer, "tokens", workflow.Tokens);
        WriteNumber(writer, "micro_usd", workflow.MicroUsd);
        WriteNode(writer, "exceeded", workflow.Exceeded, state => writer.WriteStringValue(state.Text));
        writer.WriteEndObject();
    }

    public static Budget Read(JsonElement budget) => new(
        budget.GetProperty("activities").GetInt64(),
        ClosureReader.Duration(budget.GetProperty("time")),
        (int?)NumberOf(budget, "depth"),
        NumberOf(budget, "launches"),
        NumberOf(budget, "tokens"),
        NumberOf(budget, "micro_usd"),
        budget.TryGetProperty("exceeded", out var state) ? state.GetString() : null);

    /// <summary>Writes what a started run may use, as far as somebody says.</summary>
    public static void WriteAllotment(Utf8JsonWriter writer, Cost? allotted)
    {
        if (allotted is null)
        {
            return;
        }

        writer.WriteStartObject("budget");
        WriteNumber(writer, "activities", allotted.Activities);
        WriteNumber(writer, "launches", allotted.Launches);
        WriteNumber(writer, "tokens", allotted.Tokens);
        WriteNumber(writer, "micro_usd", allotted.MicroUsd);
        WriteDuration(writer, "time", allotted.Time);
        writer.WriteEndObject();
    }

    public static Cost? ReadAllotment(JsonElement state) => state.TryGetProperty("budget", out var budget)
        ? new Cost(
            NumberOf(budget, "activities"),
            NumberOf(budget, "launches"),
            NumberOf(budget, "tokens"),
            NumberOf(budget, "micro_usd"),
            budget.TryGetProperty("time", out var time) ? ClosureReader.Duration(time) : null)
        : null;

    public static void WritePrice(Utf8JsonWriter writer, Price? price)
    {
        if (price is null)
        {
            return;
        }

        writer.WriteStartObject("price");
        writer.WriteNumber("input", Canonical(price.Input));
        writer.WriteNumber("output", Canonical(price.Output));
        writer.WriteEndObject();
    }

    public static Price? ReadPrice(JsonElement agent) => agent.TryGetProperty("price", out var price)
        ? new Price(price.GetProperty("input").GetDecimal(), price.GetProperty("output").GetDecimal())
        : null;

    public static void WriteLimits(Utf8JsonWriter writer, CallRate? rate)
    {
        if (rate is null)
        {
            return;
        }

        writer.WriteStartObject("limits");
        writer.WriteStartObject("rate");
        writer.WriteNumber("calls", rate.Calls);
        WriteDuration(writer, "per", rate.Per);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    public static CallRate? ReadRate(JsonElement agent) =>
        agent.TryGetProperty("limits", out var limits) && limits.TryGetProperty("rate", out var rate)
            ? new CallRate(rate.GetProperty("calls").GetInt32(), ClosureReader.Duration(rate.GetProperty("per")))
            : null;

    private static void WriteNumber(Utf8JsonWriter writer, string name, long? number)
    {
        if (number is { } given)
        {
            writer.WriteNumber(name, given);
        }
    }

    private static long? NumberOf(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var number) ? number.GetInt64() : null;
}
