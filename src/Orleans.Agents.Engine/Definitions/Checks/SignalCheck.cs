using Orleans.Agents.Definitions.Drafts;

namespace Orleans.Agents.Definitions.Checks;

/// <summary>
/// Looks at the states that wait for one signal: its sender is told at once whether it fits, whichever of them takes it
/// later.
/// </summary>
internal sealed class SignalCheck(SchemaBook schemas, Findings findings)
{
    public void Check(WorkflowDraft workflow)
    {
        var waits = workflow.States.Where(s => s is { Kind: StateKind.Await, Subject: not null });
        foreach (var alike in waits.GroupBy(s => s.Subject!.Text, StringComparer.Ordinal))
        {
            var first = alike.First();
            foreach (var other in alike.Skip(1).Where(s => SchemaOf(s) != SchemaOf(first)))
            {
                findings.Error(
                    DiagnosticCode.SignalSchema,
                    other.Output?.Node ?? other.Subject!,
                    $"State \"{first.Name}\" waits for the signal \"{alike.Key}\" with another schema",
                    "one schema for one signal");
            }
        }
    }

    private string? SchemaOf(StateDraft state) =>
        state.Output is { } use ? CanonicalJson.Of(schemas.Resolve(use)).ToString() : null;
}
