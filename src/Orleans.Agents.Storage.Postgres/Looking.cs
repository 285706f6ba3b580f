using Npgsql;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>
/// The one question of a keeper that has nothing to do, twice a second in every process: indexes that are empty then, and
/// the few rows of carriers.
/// </summary>
internal static class Looking
{
    // Silence is only suspected here: whether this process was on time itself, and so may judge, is asked by who fences.
    private const string Statement =
        """
        select
            not exists (select from carrier where epoch = $1 and fenced_at is null),
            exists (
                select from carrier left join beats using (epoch)
                where fenced_at is null and carrier.epoch <> all ($2) and (
                    left_at is not null
                    or coalesce(at, taken_at) not between statement_timestamp() - lease and statement_timestamp() + lease
                    or (locked_under = pg_postmaster_start_time() and (lock_key in (
                        select classid::bigint << 32 | objid::bigint from pg_locks
                        where locktype = 'advisory' and objsubid = 1 and granted)) is not true))),
            exists (select from inbox where consumed_at is null),
            exists (select from runs where wake_at <= $3) or exists (
                with recursive owners (owner) as (
                    select min(owner) from runs where owner is not null
                    union all
                    select (select min(owner) from runs where owner > owners.owner) from owners
                    where owners.owner is not null)
                select from owners join carrier on epoch = owners.owner and fenced_at is not null),
            (
                select min(coalesce(at, taken_at) + lease) - statement_timestamp()
                from carrier left join beats using (epoch)
                where fenced_at is null and carrier.epoch <> all ($2)
                    and coalesce(at, taken_at) + lease >= statement_timestamp())
        """;

    /// <summary>Looks.</summary>
    public static async Task<Outlook> AtAsync(
        NpgsqlConnection connection, Epoch epoch, List<long> mine, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var look = connection.Command(
            Statement, Sql.Integer(epoch.Value), Sql.Integers(mine), Sql.Moment(Clock.Of(now)));
        await using var rows = await look.ExecuteReaderAsync(cancellation);
        await rows.ReadAsync(cancellation);
        return new Outlook(
            rows.GetBoolean(0),
            rows.GetBoolean(1),
            rows.GetBoolean(2),
            rows.GetBoolean(3),
            await rows.IsDBNullAsync(4, cancellation) ? null : rows.GetTimeSpan(4));
    }
}
