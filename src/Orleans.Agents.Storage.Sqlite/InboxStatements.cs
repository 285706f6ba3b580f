using System.Collections.Immutable;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Sqlite;

/// <summary>Leaves and consumes notes inside the writer's transaction.</summary>
internal sealed class InboxStatements(Database database)
{
    private static readonly Posted Stored = new Posted.Stored();

    // Of a run without notes this is one look at an empty place of a small index.
    private readonly Statement consumeAll = database.Prepare(
        "update inbox set consumed_at = ?2 where run = ?1 and consumed_at is null");

    /// <summary>Leaves a note or says why not.</summary>
    public Posted Post(InboxNote note)
    {
        var isStored = database
            .Prepare(
                """
                insert into inbox (run, id, at, body)
                select run, ?2, ?3, ?4 from runs where id = ?1 and status not in ('succeeded', 'failed')
                on conflict do nothing
                """)
            .Bind(1, note.Run.Value)
            .Bind(2, note.Id)
            .Bind(3, Clock.Of(note.At))
            .Bind(4, note.Body)
            .Run() == 1;
        return isStored ? Stored : Refuse(note);
    }

    /// <summary>Consumes some notes of a run.</summary>
    public void Consume(long run, ImmutableArray<string> notes, long at)
    {
        foreach (var note in notes)
        {
            database
                .Prepare("update inbox set consumed_at = ?3 where run = ?1 and id = ?2 and consumed_at is null")
                .Bind(1, run)
                .Bind(2, note)
                .Bind(3, at)
                .Run();
        }
    }

    /// <summary>Consumes everything that was left for a run, because it is over.</summary>
    public void ConsumeAll(long run, long at) => consumeAll.Bind(1, run).Bind(2, at).Run();

    /// <summary>Consumes notes that led to nothing, if the epoch owns the run. The epoch has been found valid.</summary>
    public bool Consume(RunId run, ImmutableArray<string> notes, Epoch epoch)
    {
        var statement = database.Prepare($"select run, {Clock.Now} from runs where id = ?1 and owner = ?2");
        if (!statement.Bind(1, run.Value).Bind(2, epoch.Value).Next())
        {
            return false;
        }

        var (number, now) = (statement.Integer(0), statement.Integer(1));
        statement.Reset();
        Consume(number, notes, now);
        return true;
    }

    private Posted Refuse(InboxNote note)
    {
        var statement = database.Prepare(
            """
            select exists (select 1 from inbox where inbox.run = runs.run and inbox.id = ?2) from runs where id = ?1
            """);
        if (!statement.Bind(1, note.Run.Value).Bind(2, note.Id).Next())
        {
            return new Posted.NoSuchRun();
        }

        var isRepeated = statement.Integer(0) == 1;
        statement.Reset();
        return isRepeated ? new Posted.Repeated() : new Posted.RunIsOver();
    }
}
