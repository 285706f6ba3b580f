using Orleans.Agents.Definitions.Drafts;
using Orleans.Agents.Expressions;

namespace Orleans.Agents.Definitions.Checks;

/// <summary>Looks at what the fields of a fan-out mean together.</summary>
internal sealed class FanOutCheck(Findings findings)
{
    public void Check(WorkflowDraft workflow)
    {
        foreach (var state in workflow.States)
        {
            if (state.FanOut is { } fan)
            {
                Check(state, fan);
            }
        }
    }

    private void Check(StateDraft state, FanOutDraft fan)
    {
        if (fan.As is { } name && ScopeNames.All.Contains(name.Text))
        {
            findings.Error(
                DiagnosticCode.InvalidValue,
                name,
                $"An item cannot be called \"{name.Text}\": that name is taken",
                $"another name than {string.Join(", ", ScopeNames.All)}");
        }

        if (fan.Quorum is not { } quorum)
        {
            return;
        }

        if (fan.OnFailure is { } policy)
        {
            findings.Error(
                DiagnosticCode.FieldWithoutEffect,
                policy,
                "`on_failure` does nothing where not all branches have to succeed: those that fail are left out",
                "the field left out, or `settle: all`");
        }

        if (state.Kind is StateKind.Parallel && quorum > state.Branches.Length)
        {
            findings.Error(
                DiagnosticCode.InvalidValue,
                fan.Settle!,
                $"{quorum} of {state.Branches.Length} branches cannot succeed",
                $"a number from 1 to {state.Branches.Length}");
        }
    }
}
