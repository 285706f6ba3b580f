using Orleans.Agents.Failures;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;

namespace Orleans.Agents.Notes;

/// <summary>
/// Takes signals and leaves them for their runs. What is of no use to a run is refused at once: whoever sends is there to
/// be told, whoever carries the run later is not.
/// </summary>
internal sealed class Signals(IStore store, WorkflowCatalog catalog, Waits waits, TimeProvider time)
{
    private const string Prefix = "signal-";

    /// <summary>Leaves a signal for a run.</summary>
    /// <exception cref="HistoryException">The run's history cannot be understood.</exception>
    public async Task<SignalResult> SendAsync(
        RunId run, string name, Payload payload, string? id, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        id ??= $"{Guid.CreateVersion7(now):n}";
        if (id.Length is 0 or > SignalResult.MaxIdLength)
        {
            return Refused(
                "signal.id_invalid",
                $"A signal is named by 1 to {SignalResult.MaxIdLength} characters; this name has {id.Length}.");
        }

        if (await store.Journal.ReadAsync(run, cancellation) is not { } history)
        {
            return NoSuchRun(run);
        }

        var (state, _) = RunReader.Fold(history, await RunBlobs.ReadAsync(store.Journal, [history], cancellation));
        var workflow = await catalog.PinnedAsync(run, history.Record.Hash, cancellation);

        // One that is over may have taken this very signal: that is for the inbox to say.
        if (!state.IsOver && (FlawOf(name, payload) ?? SignalRules.Objection(workflow, state, name, payload)) is { } objection)
        {
            if (objection.Code == FailureCode.SignalsFull && await WasSentAsync(run, state, id, cancellation))
            {
                return new SignalResult.SentBefore(id);
            }

            return new SignalResult.Refused(objection with
            {
                Message = objection.Message + await WhoWaitsAsync(run, name, objection, cancellation),
            });
        }

        if (state.Ending is not null)
        {
            return Refused("run.over", $"Run {run} is ending; it waits for nothing any more.");
        }

        var body = new Note.Signal(name, id, payload).Write();
        return await store.Inbox.PostAsync(new InboxNote(run, Prefix + id, now, body), cancellation) switch
        {
            Posted.Stored => new SignalResult.Sent(id),
            Posted.Repeated => new SignalResult.SentBefore(id),
            Posted.RunIsOver => Refused("run.over", $"Run {run} is over; it waits for nothing any more."),
            Posted.NoSuchRun => NoSuchRun(run),
            var other => throw new System.Diagnostics.UnreachableException(other.GetType().Name),
        };
    }

    // Whoever sends again what is among those that fill the run, or was taken before, did not hear that it had arrived. What a fork
    // keeps from the other run was never left for itself.
    private async Task<bool> WasSentAsync(RunId run, RunState state, string id, CancellationToken cancellation) =>
        state.Signals?.Any(kept => kept.Id == id) is true || await store.Inbox.HasAsync(run, Prefix + id, cancellation);

    // Schemas and expressions read it later: it has to be a value that all of them read alike.
    private static Failure? FlawOf(string name, Payload payload) => PayloadLint.Find(payload) is { } flaw
        ? new Failure(
            FailureClass.Permanent, FailureCode.SignalInvalid, $"The payload of signal '{name}' cannot be used: {flaw}.")
        : null;

    // A signal meant for a child run is easily sent to its parent, which is the name people know.
    private async Task<string> WhoWaitsAsync(RunId run, string name, Failure objection, CancellationToken cancellation)
    {
        if (objection.Code != FailureCode.SignalUnknown)
        {
            return "";
        }

        var waiting = (await waits.OfTreeAsync(run, cancellation)).Where(wait => wait.Signal == name).ToArray();
        return waiting.Length == 0
            ? ""
            : $" These of its child runs wait for it: {string.Join(", ", waiting.Take(5).Select(w => w.Run))}{(waiting.Length > 5 ? ", …" : "")}.";
    }

    private static SignalResult.Refused NoSuchRun(RunId run) => Refused("run.unknown", $"There is no run named '{run}'.");

    private static SignalResult.Refused Refused(string code, string message) =>
        new(new Failure(FailureClass.Permanent, code, message));
}
