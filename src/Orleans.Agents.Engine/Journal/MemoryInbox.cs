using System.Collections.Immutable;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Journal;

internal sealed class MemoryInbox(MemoryStore store) : IInbox
{
    public Task<Posted> PostAsync(InboxNote note, CancellationToken cancellation)
    {
        note.ThrowIfMalformed();
        return store.DoAsync(database => Post(database, note), cancellation);
    }

    public Task<bool> HasAsync(RunId run, string id, CancellationToken cancellation) =>
        store.DoAsync(database => database.Find(run)?.Notes.Contains(id) ?? false, cancellation);

    public Task<ImmutableArray<InboxNote>> ReadAsync(RunId run, CancellationToken cancellation) => store.DoAsync(
        database => database.Unconsumed.Where(note => note.Run == run).ToImmutableArray(),
        cancellation);

    public Task<ImmutableArray<InboxNote>> ReadForAsync(Epoch owner, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return store.DoAsync(
            database => database.Unconsumed
                .Where(note => database.Find(note.Run)?.Record.Owner == owner)
                .Take(limit)
                .ToImmutableArray(),
            cancellation);
    }

    public Task<bool> ConsumeAsync(
        RunId run, ImmutableArray<string> notes, Epoch epoch, CancellationToken cancellation) => store.DoAsync(
        database =>
        {
            var isOwner = database.IsValid(epoch) && database.Find(run)?.Record.Owner == epoch;
            if (isOwner)
            {
                database.Consume(run, notes);
            }

            return isOwner;
        },
        cancellation);

    internal static Posted Post(MemoryDatabase database, InboxNote note)
    {
        if (database.Find(note.Run) is not { } run)
        {
            return database.Pruned.Contains(note.Run) ? new Posted.RunIsOver() : new Posted.NoSuchRun();
        }

        if (run.Notes.Contains(note.Id))
        {
            return new Posted.Repeated();
        }

        if (run.Record.Row.IsOver)
        {
            return new Posted.RunIsOver();
        }

        run.Notes.Add(note.Id);
        database.Unconsumed.Add(note with
        {
            At = DateTimeOffset.FromUnixTimeMilliseconds(note.At.ToUnixTimeMilliseconds()),
            Body = note.Body.ToArray(),
        });
        return new Posted.Stored();
    }
}
