using System.Collections.Immutable;
using Npgsql;
using NpgsqlTypes;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>Finds epochs whose process is gone and fences them for good.</summary>
internal static class GoneCarriers
{
    // A process whose connection was cut takes its lock again within milliseconds. So a free lock has to be seen twice,
    // with as much time between as that may need.
    private static readonly TimeSpan Doubt = TimeSpan.FromMilliseconds(250);

    // Ages are reckoned from when the statement arrived: should the server stand still in the middle of it, that must not
    // age anybody. A beat from the future, of a clock that was set back, is as bad as an old one. Who is just storing an
    // append holds the row and is left for the next time.
    private const string Fence =
        """
        with
            unfenced as materialized (
                select carrier.epoch, left_at, lease, lock_key, locked_under, coalesce(at, taken_at) as at
                from carrier left join beats using (epoch)
                where fenced_at is null and carrier.epoch <> all ($1)),
            locks as materialized (
                select classid::bigint << 32 | objid::bigint as key from pg_locks
                where locktype = 'advisory' and objsubid = 1 and granted),
            unlocked as materialized (
                select epoch, at from unfenced
                where locked_under = pg_postmaster_start_time() and (lock_key in (select key from locks)) is not true),
            gone as (
                select epoch from unfenced where left_at is not null
                union
                select epoch from unfenced
                where at not between statement_timestamp() - lease and statement_timestamp() + lease
                    and exists (
                        select from beats where epoch = any ($1) and at > statement_timestamp() - unfenced.lease / 2
                            and on_time_since <= statement_timestamp() - unfenced.lease)
                union
                select epoch from unlocked join unnest($2, $3) as seen (epoch, at) using (epoch, at)),
            dead as materialized (
                select epoch from carrier where epoch in (select epoch from gone) and fenced_at is null
                for update skip locked),
            fenced as (
                update carrier set fenced_at = clock_timestamp() from dead where carrier.epoch = dead.epoch
                returning carrier.epoch),
            silent as (delete from beats using fenced where beats.epoch = fenced.epoch)
        select epoch, null::timestamptz from fenced
        union all
        select epoch, at from unlocked where epoch not in (select epoch from dead)
        """;

    /// <summary>Fences every epoch that is gone, but none of these.</summary>
    public static async Task<ImmutableArray<Epoch>> FenceAsync(
        Database database, List<long> mine, CancellationToken cancellation)
    {
        var first = await database.DoAsync((connection, stop) => LookAsync(connection, mine, [], stop), cancellation);
        var doubtful = first.FindAll(found => found.UnlockedAt is not null);
        var fenced = first.FindAll(found => found.UnlockedAt is null);
        if (doubtful.Count > 0)
        {
            await Task.Delay(Doubt, cancellation);
            var second = await database.DoAsync(
                (connection, stop) => LookAsync(connection, mine, doubtful, stop), cancellation);
            fenced.AddRange(second.FindAll(found => found.UnlockedAt is null));
        }

        return [.. fenced.Select(found => found.Epoch)];
    }

    private static async Task<List<Found>> LookAsync(
        NpgsqlConnection connection, List<long> mine, List<Found> seen, CancellationToken cancellation)
    {
        await using var fence = connection.Command(
            Fence,
            Sql.Integers(mine),
            Sql.Integers([.. seen.Select(found => found.Epoch.Value)]),
            Sql.Of(seen.ConvertAll(found => found.UnlockedAt!.Value), NpgsqlDbType.Array | NpgsqlDbType.TimestampTz));
        return await fence.ReadAllAsync(
            row => new Found(new Epoch(row.GetInt64(0)), row.IsDBNull(1) ? null : row.GetDateTime(1)), cancellation);
    }

    /// <summary>An epoch that is fenced now; or that nobody holds the lock of, with its last beat.</summary>
    private sealed record Found(Epoch Epoch, DateTime? UnlockedAt);
}
