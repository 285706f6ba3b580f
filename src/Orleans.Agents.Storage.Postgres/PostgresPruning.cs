using Npgsql;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>
/// Removes runs that are over. Their rows become tombstones at once; what belongs to them goes in small statements of its
/// own. A process that dies on the way leaves the rest to the next that prunes.
/// </summary>
internal sealed class PostgresPruning(Database database)
{
    // How many runs a call looks at for each that it may remove.
    private const int LooksPerRun = 20;

    // How many rows of a table are removed by one statement, and how many blobs.
    private const int RowsAtOnce = 5_000;
    private const int BlobsAtOnce = 200;

    public async Task<Pruned> PruneAsync(PruneRule rule, CancellationToken cancellation)
    {
        var (runs, next) = await database.DoAsync((connection, stop) => FindAsync(connection, rule, stop), cancellation);
        if (rule.IsRehearsal)
        {
            return new Pruned(runs.Count, next);
        }

        var pruned = runs.Count == 0
            ? 0
            : await database.DoAsync((connection, stop) => BuryAsync(connection, runs, stop), cancellation);
        while (await database.DoAsync(ClearAsync, cancellation))
        {
        }

        return new Pruned(pruned, next);
    }

    // In the order of starts, which needs no index of its own: one on the time of the end would cost every append.
    private static async Task<(List<long> Runs, long? Next)> FindAsync(
        NpgsqlConnection connection, PruneRule rule, CancellationToken cancellation)
    {
        await using var find = connection.Command(
            """
            select run, status in ('succeeded', 'failed') and ($2 is null or updated_at < $2),
                $2 is null or started_at < $2
            from runs
            where run > $1 and ($3 is null or run <= (
                select run from runs where run > 0 and status in ('succeeded', 'failed')
                order by run desc limit 1 offset $3))
            order by run limit $4
            """,
            Sql.Integer(rule.After),
            Sql.Of(rule.EndedBefore is { } moment ? Clock.Of(moment) : (DateTime?)null, NpgsqlTypes.NpgsqlDbType.TimestampTz),
            Sql.Integer(rule.KeepNewest),
            Sql.Integer(rule.Limit * LooksPerRun));
        var runs = new List<long>();
        var (seen, last, isOlder) = (0, 0L, false);
        await using var rows = await find.ExecuteReaderAsync(cancellation);
        while (runs.Count < rule.Limit && await rows.ReadAsync(cancellation))
        {
            (last, isOlder) = (rows.GetInt64(0), rows.GetBoolean(2));
            seen++;
            if (rows.GetBoolean(1))
            {
                runs.Add(last);
            }
        }

        // Runs that started after the moment ended after it.
        var mayBeMore = (runs.Count == rule.Limit || seen == rule.Limit * LooksPerRun) && isOlder;
        return (runs, mayBeMore ? last : null);
    }

    // Somebody else who prunes the same run has it already.
    private static async Task<int> BuryAsync(NpgsqlConnection connection, List<long> runs, CancellationToken cancellation)
    {
        await using var bury = connection.Command(
            """
            with
                over as materialized (
                    select run from runs where run = any ($1) and status in ('succeeded', 'failed')
                    order by run for update skip locked),
                buried as (
                    update runs set run = -runs.run, workflow = '', hash = '', state = null, failure_code = null
                    from over where runs.run = over.run
                    returning over.run),
                left_to_clear as (insert into pruned (run) select run from buried on conflict do nothing)
            select count(*) from buried
            """,
            Sql.Integers(runs));
        return (int)(long)(await bury.ExecuteScalarAsync(cancellation))!;
    }

    // Whether there is more to do. Others who clear at the same time take other runs.
    private static async Task<bool> ClearAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var clear = connection.Command(
            """
            with
                few as materialized (select run from pruned order by run limit 100 for update skip locked),
                doomed_appends as materialized (
                    select run, seq from few cross join lateral (
                        select seq from appends where appends.run = few.run limit $1) as all_of_it
                    limit $1),
                doomed_notes as materialized (
                    select number from few cross join lateral (
                        select number from inbox where inbox.run = few.run limit $1) as all_of_it
                    limit $1),
                doomed_blobs as materialized (
                    select run, hash from few cross join lateral (
                        select hash from blobs where blobs.run = few.run limit $2) as all_of_it
                    limit $2),
                appends_gone as (
                    delete from appends using doomed_appends d where appends.run = d.run and appends.seq = d.seq),
                notes_gone as (delete from inbox using doomed_notes d where inbox.number = d.number),
                blobs_gone as (
                    delete from blobs using doomed_blobs d where blobs.run = d.run and blobs.hash = d.hash),
                snapshots_gone as (delete from snapshots using few where snapshots.run = few.run),
                done as (
                    delete from pruned using few
                    where pruned.run = few.run
                        and (select count(*) from doomed_appends) < $1 and (select count(*) from doomed_notes) < $1
                        and (select count(*) from doomed_blobs) < $2
                    returning pruned.run)
            select exists (select from few)
            """,
            Sql.Integer(RowsAtOnce),
            Sql.Integer(BlobsAtOnce));
        return (bool)(await clear.ExecuteScalarAsync(cancellation))!;
    }
}
