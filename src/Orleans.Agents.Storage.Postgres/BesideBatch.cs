using System.Runtime.InteropServices;
using Npgsql;
using NpgsqlTypes;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>
/// Stores what appends have beside themselves, in their transaction: the births of other runs, and notes for them. Few
/// batches have any, so the statement that all go through need not know.
/// </summary>
internal sealed class BesideBatch(NpgsqlConnection connection, AppendBatch births)
{
    /// <summary>Whether any of some appends has something beside it.</summary>
    public static bool IsNeeded(ReadOnlySpan<PendingAppend> appends)
    {
        foreach (var pending in appends)
        {
            if (pending.Append is { Children.IsEmpty: false } or { Notes.IsEmpty: false })
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Stores what those appends have beside them that were stored.</summary>
    public void Execute(ReadOnlySpan<PendingAppend> appends)
    {
        List<PendingAppend> children = [];
        List<string> parents = [];
        List<InboxNote> notes = [];
        foreach (var pending in appends)
        {
            if (pending.Outcome is not null)
            {
                children.AddRange(pending.Append.Children.Select(child => new PendingAppend(child)));
                parents.AddRange(pending.Append.Children.Select(_ => pending.Append.Run.Value));
                notes.AddRange(pending.Append.Notes);
            }
        }

        for (var at = 0; at < children.Count; at += Writer.MaxAppends)
        {
            var some = children.Slice(at, Math.Min(Writer.MaxAppends, children.Count - at));
            births.Execute(CollectionsMarshal.AsSpan(some));
        }

        if (children.Count > 0)
        {
            Link(children, parents);
        }

        if (notes.Count > 0)
        {
            Leave(notes);
        }
    }

    private void Link(List<PendingAppend> children, List<string> parents)
    {
        using var link = connection.Command(
            """
            insert into children (parent, run)
            select p.run, c.run from unnest($1, $2) as i (parent, child)
            join runs as p on p.id = i.parent join runs as c on c.id = i.child
            """,
            Sql.Texts(parents),
            Sql.Texts([.. children.Select(child => child.Append.Run.Value)]));
        link.ExecuteNonQuery();
    }

    private void Leave(List<InboxNote> notes)
    {
        using var leave = connection.Command(
            """
            insert into inbox (run, id, at, body)
            select runs.run, i.id, i.at, i.body
            from unnest($1, $2, $3, $4) with ordinality as i (target, id, at, body, place) join runs on runs.id = i.target
            where runs.status not in ('succeeded', 'failed')
            order by i.place
            on conflict do nothing
            """,
            Sql.Texts([.. notes.Select(note => note.Run.Value)]),
            Sql.Texts([.. notes.Select(note => note.Id)]),
            Sql.Of(notes.ConvertAll(note => Clock.Of(note.At)), NpgsqlDbType.Array | NpgsqlDbType.TimestampTz),
            Sql.Of(notes.ConvertAll(note => note.Body), NpgsqlDbType.Array | NpgsqlDbType.Bytea));
        leave.ExecuteNonQuery();
    }
}
