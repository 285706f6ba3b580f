using Orleans.Agents.Failures;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Notes;

/// <summary>
/// Takes what people decide about calls whose outcome nobody knows, and leaves it for the run. What could not be obeyed
/// is refused at once: whoever decides is there to be told, whoever carries the run later is not.
/// </summary>
internal sealed class Decisions(IStore store, WorkflowCatalog catalog, TimeProvider time)
{
    /// <summary>Leaves a decision about the attempt that waits for one.</summary>
    /// <exception cref="HistoryException">The run's history cannot be understood.</exception>
    public async Task<DecideResult> DecideAsync(ActivityId activity, Verdict verdict, CancellationToken cancellation)
    {
        var run = activity.Run;
        if (await store.Journal.ReadAsync(run, cancellation) is not { } history)
        {
            return Refused("run.unknown", $"There is no run named '{run}'.");
        }

        var (state, _) = RunReader.Fold(history, await RunBlobs.ReadAsync(store.Journal, [history], cancellation));
        var workflow = await catalog.PinnedAsync(run, history.Record.Hash, cancellation);
        if (Objection(workflow, state, activity, verdict) is { } objection)
        {
            return objection;
        }

        // One name for each attempt: of two people who decide at once, the first counts and the second is told.
        var attempt = state.Open[activity.Branch].Attempt;
        var id = $"decide-{activity.Visit}-{activity.Branch}-{attempt}";
        var body = Note.Decide.Of(activity, attempt, verdict).Write();
        return body.Length > InboxNote.MaxBytes
            ? Refused(FailureCode.PayloadTooLarge, $"The decision has {body.Length} bytes; at most {InboxNote.MaxBytes} are allowed.")
            : await store.Inbox.PostAsync(new InboxNote(run, id, time.GetUtcNow(), body), cancellation) switch
            {
                Posted.Stored => new DecideResult.Decided(attempt),
                Posted.Repeated => new DecideResult.DecidedBefore(attempt),
                Posted.RunIsOver => IsOver(run),
                var other => throw new System.Diagnostics.UnreachableException(other.ToString()),
            };
    }

    private static DecideResult.Refused? Objection(
        Workflow workflow, RunState state, ActivityId activity, Verdict verdict)
    {
        if (state.IsOver)
        {
            return IsOver(activity.Run);
        }

        if (state.Visit != activity.Visit || !state.Open.TryGetValue(activity.Branch, out var open))
        {
            return Refused("activity.unknown", $"Run {activity.Run} has no activity {activity} under way.{Waiting(state)}");
        }

        if (open.Call is not { Unknown: not null })
        {
            return Refused(
                "activity.not_undecided",
                $"Attempt {open.Attempt} at {activity} is under way; there is nothing to decide about it.{Waiting(state)}");
        }

        if (verdict is Verdict.Accept { Output: var output } && PayloadLint.Find(output) is { } flaw)
        {
            return Refused(FailureCode.OutputUnusable, $"The output cannot be used: {flaw}.");
        }

        return verdict is Verdict.Accept accept
            && workflow.States[state.State].ActivityOf(activity.Branch).OutputSchema?.Validate(accept.Output)
                is { IsValid: false } wrong
            ? Refused(FailureCode.OutputInvalid, $"The output does not satisfy the schema of state '{state.State}': {wrong}")
            : null;
    }

    private static string Waiting(RunState state)
    {
        var waiting = state.Open
            .Where(open => open.Value.AwaitsDecision)
            .Select(open => new ActivityId(new RunId(state.Origin!.Run), state.Visit, open.Key).ToString())
            .ToArray();
        return waiting.Length == 0
            ? " Nothing of the run waits for a decision."
            : $" What waits for a decision: {string.Join(", ", waiting.Take(5))}{(waiting.Length > 5 ? ", …" : "")}.";
    }

    private static DecideResult.Refused IsOver(RunId run) =>
        Refused("run.over", $"Run {run} is over; there is nothing to decide.");

    private static DecideResult.Refused Refused(string code, string message) =>
        new(new Failure(FailureClass.Permanent, code, message));
}
