using System.Text.Json;
using Orleans.Agents.Faults;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.EndToEnd.Worker;

/// <summary>
/// Tools that add one to a number and write down that they did, before anybody is told: in <c>begun.txt</c> when the work
/// begins, in <c>effects.txt</c> when it is done.
/// </summary>
/// <param name="folder">Where they write it down.</param>
/// <param name="isCareless">A planted fault that the checker has to find: everything is done twice.</param>
internal sealed class WorkTools(string folder, bool isCareless)
{
    private readonly FaultPlan begun = FaultPlan.Parse(null, Path.Combine(folder, "begun.txt"));
    private readonly FaultPlan done = FaultPlan.Parse(null, Path.Combine(folder, "effects.txt"));

    public IEnumerable<Tool> All =>
    [
        Make("work.quick", "Adds one.", ToolEffect.Idempotent, (_, _) => Task.CompletedTask),
        Make(
            "work.slow",
            "Adds one after so many milliseconds.",
            ToolEffect.Idempotent,
            (input, cancellation) => Task.Delay(input.GetProperty("ms").GetInt32(), cancellation)),
    ];

    private Tool Make(
        string name, string description, ToolEffect effect, Func<JsonElement, CancellationToken, Task> work) => new(
        name,
        description,
        Payload.Parse("""{ "type": "object", "required": ["n"] }"""),
        Payload.Parse("""{ "type": "object", "required": ["n"] }"""),
        effect,
        [],
        async (call, cancellation) =>
        {
            using var input = JsonDocument.Parse(call.Input.Utf8);
            begun.Record(call.Activity, call.Attempt, call.Epoch);
            await work(input.RootElement, cancellation);
            done.Record(call.Activity, call.Attempt, call.Epoch);
            if (isCareless)
            {
                done.Record(call.Activity, call.Attempt, call.Epoch);
            }

            var n = input.RootElement.GetProperty("n").GetInt64() + 1;
            return new ToolResult.Succeeded(Payload.Parse($$"""{"n":{{n}}}"""));
        });
}
