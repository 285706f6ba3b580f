using System.Globalization;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;

namespace Orleans.Agents.Notes;

/// <summary>
/// What may be asked of a run whoever carries it: each request is a note in its inbox, durable before it is answered.
/// </summary>
/// <param name="store">Where inboxes are.</param>
/// <param name="catalog">The definitions that runs are pinned to.</param>
/// <param name="waits">Finds who waits for what.</param>
/// <param name="time">The clock of the store.</param>
/// <param name="deliver">Hands over what was left for a run, when this process carries it.</param>
internal sealed class Requests(
    IStore store, WorkflowCatalog catalog, Waits waits, TimeProvider time, Func<RunId, CancellationToken, Task> deliver)
{
    private readonly Decisions decisions = new(store, catalog, time);
    private readonly Signals signals = new(store, catalog, waits, time);

    /// <summary>Asks a run to stop.</summary>
    public async Task<Posted> CancelAsync(RunId run, string? reason, string? requestId, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var body = new Note.Cancel(reason).Write();
        var note = new InboxNote(run, requestId ?? $"cancel-{Guid.CreateVersion7(now):n}", now, body);
        var posted = await store.Inbox.PostAsync(note, cancellation);
        return posted is Posted.Stored ? await DeliveredAsync(run, posted, cancellation) : posted;
    }

    /// <summary>Asks a run to begin nothing until it is resumed.</summary>
    public async Task<Posted> SuspendAsync(RunId run, string? reason, string? requestId, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var id = requestId ?? $"suspend-{Guid.CreateVersion7(now):n}";
        var note = new InboxNote(run, id, now, new Note.Suspend(reason).Write());
        var posted = await store.Inbox.PostAsync(note, cancellation);
        return posted is Posted.Stored ? await DeliveredAsync(run, posted, cancellation) : posted;
    }

    /// <summary>Asks a run to go on that is suspended, or was asked to be; then carries it on, if nobody does.</summary>
    public async Task<bool> ResumeAsync(
        RunId run, Func<RunId, CancellationToken, Task<bool>> carryOn, CancellationToken cancellation)
    {
        if (await store.Runs.FindAsync(run, cancellation) is { Row: { IsOver: false } row, Version: var version }
            && (row.Status is RunStatus.Suspended || !(await store.Inbox.ReadAsync(run, cancellation)).IsEmpty))
        {
            // Two who resume it at one moment want the same.
            var now = time.GetUtcNow();
            var note = new InboxNote(
                run, string.Create(CultureInfo.InvariantCulture, $"resume-{version}-{now.UtcTicks}"), now, new Note.Resume().Write());
            await DeliveredAsync(run, await store.Inbox.PostAsync(note, cancellation), cancellation);
        }

        return await carryOn(run, cancellation);
    }

    /// <summary>Decides about the attempt that waits for a decision.</summary>
    public async Task<DecideResult> DecideAsync(ActivityId activity, Verdict verdict, CancellationToken cancellation)
    {
        var decided = await decisions.DecideAsync(activity, verdict, cancellation);
        return decided is DecideResult.Decided ? await DeliveredAsync(activity.Run, decided, cancellation) : decided;
    }

    /// <summary>Tells a run something.</summary>
    public async Task<SignalResult> SignalAsync(
        RunId run, string name, Payload payload, string? id, CancellationToken cancellation)
    {
        var sent = await signals.SendAsync(run, name, payload, id, cancellation);
        return sent is SignalResult.Sent ? await DeliveredAsync(run, sent, cancellation) : sent;
    }

    private async Task<T> DeliveredAsync<T>(RunId run, T posted, CancellationToken cancellation)
    {
        await deliver(run, cancellation);
        return posted;
    }
}
