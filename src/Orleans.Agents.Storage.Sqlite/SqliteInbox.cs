using System.Collections.Immutable;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Sqlite;

/// <summary>The notes in the file.</summary>
internal sealed class SqliteInbox(Writer writer, Readers readers) : IInbox
{
    // What a note costs beside its body: its row and its entries in two indexes.
    private const int RowBytes = 256;

    /// <inheritdoc/>
    public Task<Posted> PostAsync(InboxNote note, CancellationToken cancellation)
    {
        note.ThrowIfMalformed();
        return writer.DoAsync(session => session.Inbox.Post(note), RowBytes + note.Body.Length, cancellation);
    }

    /// <inheritdoc/>
    public Task<bool> HasAsync(RunId run, string id, CancellationToken cancellation) => readers.ReadAsync(
        database =>
        {
            var statement = database
                .Prepare("select 1 from inbox where run = (select run from runs where id = ?1) and id = ?2")
                .Bind(1, run.Value)
                .Bind(2, id);
            var isThere = statement.Next();
            statement.Reset();
            return isThere;
        },
        cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<InboxNote>> ReadAsync(RunId run, CancellationToken cancellation) => readers.ReadAsync(
        database => ReadAll(database
            .Prepare(
                """
                select runs.id, inbox.id, inbox.at, inbox.body from inbox join runs on runs.run = inbox.run
                where inbox.run = (select run from runs where id = ?1) and inbox.consumed_at is null
                order by inbox.number
                """)
            .Bind(1, run.Value)),
        cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<InboxNote>> ReadForAsync(Epoch owner, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);

        // From the few unconsumed notes to their runs, never from the many runs of an epoch to their notes.
        return readers.ReadAsync(
            database => ReadAll(database
                .Prepare(
                    """
                    select runs.id, inbox.id, inbox.at, inbox.body
                    from inbox indexed by inbox_unconsumed cross join runs on runs.run = inbox.run
                    where inbox.consumed_at is null and runs.owner = ?1
                    order by inbox.number limit ?2
                    """)
                .Bind(1, owner.Value)
                .Bind(2, limit)),
            cancellation);
    }

    /// <inheritdoc/>
    public Task<bool> ConsumeAsync(
        RunId run, ImmutableArray<string> notes, Epoch epoch, CancellationToken cancellation) => writer.DoAsync(
        session => session.IsValid(epoch) && session.Inbox.Consume(run, notes, epoch),
        RowBytes * notes.Length,
        cancellation);

    private static ImmutableArray<InboxNote> ReadAll(Statement statement)
    {
        var notes = ImmutableArray.CreateBuilder<InboxNote>();
        while (statement.Next())
        {
            notes.Add(new InboxNote(
                new RunId(statement.Text(0)), statement.Text(1), Clock.At(statement.Integer(2)), statement.Blob(3)));
        }

        return notes.ToImmutable();
    }
}
