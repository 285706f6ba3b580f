using System.Runtime.InteropServices;
using Npgsql;
using NpgsqlTypes;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>
/// Stores what appends have beside themselves, in their transaction: the births of other runs, and notes for them. Few
/// batches have any, so the statement that all go through need not know.
/// </summary>
internal sealed class BesideBatch : IDisposable
{
    private const string Links =
        """
        insert into children (parent, run)
        select p.run, c.run from unnest($1, $2) as i (parent, child)
        join runs as p on p.id = i.parent join runs as c on c.id = i.child
        """;

    private const string Leaves =
        """
        insert into inbox (run, id, at, body)
        select runs.run, i.id, i.at, i.body
        from unnest($1, $2, $3, $4) with ordinality as i (target, id, at, body, place) join runs on runs.id = i.target
        where runs.status not in ('succeeded', 'failed')
        order by i.place
        on conflict do nothing
        """;

    private readonly AppendBatch births;
    private readonly NpgsqlCommand link;
    private readonly NpgsqlCommand leave;
    private readonly List<PendingAppend> children = [];
    private readonly List<string> parents = [];
    private readonly List<string> born = [];
    private readonly List<string> targets = [];
    private readonly List<string> notes = [];
    private readonly List<DateTime> moments = [];
    private readonly List<ReadOnlyMemory<byte>> bodies = [];

    /// <summary>Makes the statements for a connection.</summary>
    public BesideBatch(NpgsqlConnection connection, AppendBatch births)
    {
        this.births = births;
        link = connection.Command(Links, Sql.Texts(parents), Sql.Texts(born));
        leave = connection.Command(
            Leaves,
            Sql.Texts(targets),
            Sql.Texts(notes),
            Sql.Of(moments, NpgsqlDbType.Array | NpgsqlDbType.TimestampTz),
            Sql.Of(bodies, NpgsqlDbType.Array | NpgsqlDbType.Bytea));
    }

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

    /// <summary>Lets the server parse the statements and plan them, once for all batches.</summary>
    public void Prepare()
    {
        link.Prepare();
        leave.Prepare();
    }

    /// <summary>Stores what those appends have beside them that were stored.</summary>
    public void Execute(ReadOnlySpan<PendingAppend> appends)
    {
        Fill(appends);
        for (var at = 0; at < children.Count; at += Writer.MaxAppends)
        {
            var some = children.Slice(at, Math.Min(Writer.MaxAppends, children.Count - at));
            births.Execute(CollectionsMarshal.AsSpan(some));
        }

        if (children.Count > 0)
        {
            link.ExecuteNonQuery();
        }

        if (notes.Count > 0)
        {
            leave.ExecuteNonQuery();
        }

        Clear();
    }

    public void Dispose()
    {
        link.Dispose();
        leave.Dispose();
    }

    private void Fill(ReadOnlySpan<PendingAppend> appends)
    {
        Clear();
        foreach (var pending in appends)
        {
            if (pending.Outcome is null)
            {
                continue;
            }

            foreach (var child in pending.Append.Children)
            {
                children.Add(new PendingAppend(child));
                parents.Add(pending.Append.Run.Value);
                born.Add(child.Run.Value);
            }

            foreach (var note in pending.Append.Notes)
            {
                targets.Add(note.Run.Value);
                notes.Add(note.Id);
                moments.Add(Clock.Of(note.At));
                bodies.Add(note.Body);
            }
        }
    }

    private void Clear()
    {
        children.Clear();
        parents.Clear();
        born.Clear();
        targets.Clear();
        notes.Clear();
        moments.Clear();
        bodies.Clear();
    }
}
