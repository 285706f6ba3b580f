using Orleans.Agents.Journal;

namespace Orleans.Agents.Storage.Sqlite;

/// <summary>
/// Removes runs that are over. Their rows become tombstones at once; what belongs to them goes in small transactions of
/// its own, so that appends never wait long. A process that dies on the way leaves the rest to the next that prunes.
/// </summary>
internal sealed class SqlitePruning(Writer writer, Readers readers)
{
    // How many runs a call looks at for each that it may remove.
    private const int LooksPerRun = 20;

    // How many rows are removed in one transaction: a few milliseconds of work.
    private const int RowsAtOnce = 1_000;

    // As much work as removing so many rows is removing a blob: it is many pages, and each is freed.
    private const int RowsPerBlob = 50;

    // What a removed row costs a transaction: about the page it stood on.
    private const int RowBytes = 256;

    public async Task<Pruned> PruneAsync(PruneRule rule, CancellationToken cancellation)
    {
        var (runs, next) = await readers.ReadAsync(database => Find(database, rule), cancellation);
        if (rule.IsRehearsal)
        {
            return new Pruned(runs.Count, next);
        }

        var pruned = runs.Count == 0
            ? 0
            : await writer.DoAsync(session => runs.Count(run => Bury(session, run)), RowBytes * runs.Count, cancellation);
        while (await writer.DoAsync(Clear, RowBytes * RowsAtOnce, cancellation))
        {
        }

        return new Pruned(pruned, next);
    }

    // In the order of starts, which needs no index of its own: one on the time of the end would cost every append.
    private static (List<long> Runs, long? Next) Find(Database database, PruneRule rule)
    {
        var runs = new List<long>();
        var newest = rule.KeepNewest is { } kept ? NewestNotKept(database, kept) : long.MaxValue;
        var before = rule.EndedBefore is { } moment ? Clock.Of(moment) : long.MaxValue;
        var statement = database.Prepare(
            """
            select run, status in ('succeeded', 'failed'), started_at, updated_at from runs
            where run > ?1 and run <= ?2 order by run limit ?3
            """);
        statement.Bind(1, rule.After).Bind(2, newest).Bind(3, rule.Limit * LooksPerRun);
        var (seen, last, startedAt) = (0, 0L, 0L);
        while (runs.Count < rule.Limit && statement.Next())
        {
            (last, startedAt) = (statement.Integer(0), statement.Integer(2));
            seen++;
            if (statement.Integer(1) == 1 && statement.Integer(3) < before)
            {
                runs.Add(last);
            }
        }

        statement.Reset();

        // Runs that started after the moment ended after it.
        var mayBeMore = (runs.Count == rule.Limit || seen == rule.Limit * LooksPerRun) && startedAt < before;
        return (runs, mayBeMore ? last : null);
    }

    private static long NewestNotKept(Database database, int kept)
    {
        var statement = database.Prepare(
            """
            select run from runs where run > 0 and status in ('succeeded', 'failed') order by run desc limit 1 offset ?1
            """);
        if (!statement.Bind(1, kept).Next())
        {
            return 0;
        }

        var newest = statement.Integer(0);
        statement.Reset();
        return newest;
    }

    private static bool Bury(WriteSession session, long run)
    {
        var isBuried = session
            .Prepare(
                """
                update runs set run = -run, workflow = '', hash = '', state = null, failure_code = null
                where run = ?1 and status in ('succeeded', 'failed')
                """)
            .Bind(1, run)
            .Run() == 1;
        if (isBuried)
        {
            session.Prepare("insert into pruned (run) values (?1)").Bind(1, run).Run();
        }

        return isBuried;
    }

    // Whether there is more to do.
    private static bool Clear(WriteSession session)
    {
        var rows = 0;
        while (rows < RowsAtOnce && First(session) is { } run)
        {
            rows += DeleteSome(session, "appends", run, RowsAtOnce - rows);
            rows += rows < RowsAtOnce ? DeleteSome(session, "inbox", run, RowsAtOnce - rows) : 0;
            rows += rows < RowsAtOnce
                ? RowsPerBlob * DeleteSome(session, "blobs", run, 1 + ((RowsAtOnce - rows) / RowsPerBlob))
                : 0;
            if (rows < RowsAtOnce)
            {
                rows += 2 + session.Prepare("delete from snapshots where run = ?1").Bind(1, run).Run();
                session.Prepare("delete from pruned where run = ?1").Bind(1, run).Run();
            }
        }

        return rows >= RowsAtOnce;
    }

    private static int DeleteSome(WriteSession session, string table, long run, int limit) => session
        .Prepare($"delete from {table} where rowid in (select rowid from {table} where run = ?1 limit ?2)")
        .Bind(1, run)
        .Bind(2, limit)
        .Run();

    private static long? First(WriteSession session)
    {
        var statement = session.Prepare("select run from pruned limit 1");
        if (!statement.Next())
        {
            return null;
        }

        var run = statement.Integer(0);
        statement.Reset();
        return run;
    }
}
