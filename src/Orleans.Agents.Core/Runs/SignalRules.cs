using Orleans.Agents.Failures;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>
/// The rules of signals: each is received once and taken by one state, in the order in which they came. One that comes
/// before its state does, or after that stopped waiting, is kept for the next that waits for its name.
/// </summary>
public static class SignalRules
{
    /// <summary>Why a signal is of no use to a run as it stands; null when it is.</summary>
    /// <param name="workflow">The definition the run is pinned to.</param>
    /// <param name="state">What is known about the run.</param>
    /// <param name="name">The signal's name.</param>
    /// <param name="payload">What it tells.</param>
    public static Failure? Objection(Workflow workflow, RunState state, string name, Payload payload)
    {
        if (WaitFor(workflow, name) is not { } wait)
        {
            return Wrong(FailureCode.SignalUnknown, $"Workflow '{workflow.Name}' does not wait for a signal '{name}'.{Known(workflow)}");
        }

        if (SizeLimits.TooLarge(state, payload.Length, "The payload") is { } large)
        {
            return large;
        }

        return wait.OutputSchema?.Validate(payload) is { IsValid: false } invalid
            ? Wrong(FailureCode.SignalInvalid, $"The payload does not satisfy the schema of signal '{name}': {invalid}")
            : state.Awaited?.Signal == name && state.Signals?.Exists(kept => kept.Signal == name) is not true ? null
            : Crowded(state, payload);
    }

    /// <summary>The names that states of a workflow wait for, in order.</summary>
    public static IEnumerable<string> NamesIn(Workflow workflow) =>
        workflow.States.Values.OfType<State.Await>().Select(s => s.Signal).Distinct().Order(StringComparer.Ordinal);

    internal static string? Enter(Draft draft, State.Await wait, RunEvent.StateEntered entered, DateTimeOffset at)
    {
        DateTimeOffset? until = wait.Timeout is { } timeout ? RunTime.Truncate(at + timeout) : null;
        draft.Add(entered with { Signal = wait.Signal, WakeAt = until });
        if (draft.Current.Suspension is not null || KeptFor(draft.Current) is not { } early)
        {
            return null;
        }

        draft.Add(new RunEvent.SignalTaken(entered.Visit, early.Signal, early.Id));
        return draft.Left(wait, early.Payload);
    }

    /// <summary>Takes what came for the present state while the run was suspended, if it came before the wait was over.</summary>
    internal static void TakeKept(Draft draft)
    {
        if (KeptFor(draft.Current) is { } kept && !(draft.Current.WakeAt <= kept.At))
        {
            draft.Add(new RunEvent.SignalTaken(draft.Current.Visit, kept.Signal, kept.Id));
            draft.Leave(kept.Payload);
        }
    }

    internal static Decision Receive(Workflow workflow, RunState state, RunCommand.Signal signal, DateTimeOffset at)
    {
        var (name, id, payload) = signal;
        if (state.Signals?.Exists(early => early.Id == id) is true)
        {
            return new Decision.Ignored($"Signal {id} has been received.");
        }

        if (SizeLimits.TooLarge(state, payload.Length, "The payload") is { } large)
        {
            return new Decision.Rejected(large.Message);
        }

        var draft = new Draft(workflow, state, at);
        if (Objection(workflow, state, name, payload) is { } objection)
        {
            // Its sender is gone: whoever reads the run's history finds out what became of it.
            draft.Add(new RunEvent.SignalRefused(name, id, objection, payload.IsNull ? null : payload));
            return draft.Accept();
        }

        draft.Add(new RunEvent.SignalReceived(name, id, payload));

        // One that was kept although its state waits came when the wait was over: none that came later is taken before it.
        if (state.Awaited?.Signal == name && state.Suspension is null && KeptFor(state) is null)
        {
            draft.Add(new RunEvent.SignalTaken(state.Visit, name, id));
            draft.Leave(payload);
        }

        return draft.Accept();
    }

    private static EarlySignal? KeptFor(RunState state) => state.Awaited is { Signal: var name }
        ? state.Signals?.Find(signal => signal.Signal == name)
        : null;

    private static State.Await? WaitFor(Workflow workflow, string name)
    {
        foreach (var (_, state) in workflow.States)
        {
            if (state is State.Await wait && wait.Signal == name)
            {
                return wait;
            }
        }

        return null;
    }

    private static Failure? Crowded(RunState state, Payload payload)
    {
        var kept = state.Signals?.Count ?? 0;
        var bytes = payload.Length + (state.Signals?.Sum(early => (long)early.Payload.Length) ?? 0);
        return kept >= RunLimits.EarlySignals
            ? Wrong(FailureCode.SignalsFull, $"{kept} signals wait for the run to ask for them; more are not kept.")
            : bytes > RunLimits.EarlySignalBytes
                ? Wrong(
                    FailureCode.SignalsFull,
                    $"With it the signals that wait for the run to ask for them would have {bytes} bytes; at most {RunLimits.EarlySignalBytes} are kept.")
                : null;
    }

    private static string Known(Workflow workflow)
    {
        string[] names = [.. NamesIn(workflow)];
        return names.Length == 0 ? " It waits for no signal at all." : $" It waits for: {string.Join(", ", names)}.";
    }

    private static Failure Wrong(string code, string message) => new(FailureClass.Permanent, code, message);
}
