using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>The rules of a run that begins where another one stood.</summary>
internal static class ForkRules
{
    public static Decision Begin(Workflow workflow, RunState state, RunCommand.Fork fork, DateTimeOffset at)
    {
        if (Objection(workflow, fork.Checkpoint) is { } objection)
        {
            return new Decision.Rejected(objection);
        }

        at = RunTime.Later(at, fork.Checkpoint.Now);
        var draft = new Draft(workflow, state, at);
        draft.Add(new RunEvent.Forked(fork.Checkpoint));
        CallRules.Inherit(workflow, draft, at);
        SignalRules.TakeKept(draft); // kept by a run that was suspended, which this one is not
        return draft.Accept();
    }

    private static string? Objection(Workflow workflow, RunState checkpoint) =>
        checkpoint is not { Origin: { Fork: not null } origin, Bounds: not null, Unsettled: null } || !Checkpoint.IsUnderWay(checkpoint)
            ? "A forked run begins where another run was under way."
        : origin.Hash != workflow.Hash
            ? $"The run is pinned to definition {origin.Hash}, not to {workflow.Hash}."
        : !workflow.States.ContainsKey(checkpoint.State)
            ? $"The definition has no state '{checkpoint.State}'."
        : null;
}
