using Npgsql;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>Finds out why an append was not stored now: perhaps it was stored before, or its run started before.</summary>
internal static class LostAppends
{
    private static readonly Appended Stored = new Appended.Stored();

    /// <summary>The answer to an append that came too late.</summary>
    public static Appended Lost { get; } = new Appended.Lost();

    /// <summary>The outcome of an append that a valid epoch could not store.</summary>
    // Somebody who does not know what became of an append sends it again; it is the same one if it was stored at the
    // same place, under the same epoch, with the same bytes.
    public static Appended Explain(NpgsqlConnection connection, Append append)
    {
        using var explain = connection.Command(
            """
            select
                exists (
                    select from runs join appends a using (run)
                    where runs.id = $1 and a.seq = $2 and a.epoch = $3 and a.events = $4
                        and $5 = coalesce((select max(b.seq) from appends b where b.run = a.run and b.seq < a.seq), 0)),
                coalesce((select id from runs where key = $6), (select id from runs where id = $1))
            """,
            Sql.Text(append.Run.Value),
            Sql.Integer(append.Version),
            Sql.Integer(append.Epoch.Value),
            Sql.Bytes(append.Events),
            Sql.Integer(append.Expected),
            Sql.Text(append.Birth?.Key));
        using var rows = explain.ExecuteReader();
        rows.Read();
        if (rows.GetBoolean(0))
        {
            return Stored;
        }

        return append.Birth is not null && rows.TextOrNull(1) is { } taken
            ? new Appended.AlreadyStarted(new RunId(taken))
            : Lost;
    }
}
