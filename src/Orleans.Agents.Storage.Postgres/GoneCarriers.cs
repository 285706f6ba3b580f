using System.Collections.Immutable;
using System.Diagnostics;
using NpgsqlTypes;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>Finds epochs whose process is gone and fences them for good.</summary>
internal sealed class GoneCarriers(Database database)
{
    // A process whose connection was cut takes its lock again within milliseconds. So a free lock has to be seen twice,
    // with as much time between as that may need; unless the process was here and one can see that it is not any more.
    private static readonly TimeSpan Doubt = TimeSpan.FromMilliseconds(250);

    private const string Unlocked =
        """
            unfenced as materialized (
                select carrier.epoch, process, left_at, lease, lock_key, locked_under, coalesce(at, taken_at) as at
                from carrier left join beats using (epoch)
                where fenced_at is null and carrier.epoch <> all ($1)),
            locks as materialized (
                select classid::bigint << 32 | objid::bigint as key from pg_locks
                where locktype = 'advisory' and objsubid = 1 and granted),
            unlocked as materialized (
                select epoch, at, process from unfenced
                where locked_under = pg_postmaster_start_time() and (lock_key in (select key from locks)) is not true)
        """;

    private const string Suspect = $"with {Unlocked} select epoch, at, process from unlocked";

    // Ages are reckoned from when the statement arrived: should the server stand still in the middle of it, that must not
    // age anybody. A beat from the future, of a clock that was set back, is as bad as an old one. Who is just storing an
    // append holds the row and is left for the next time.
    private const string Fence =
        $"""
        with
        {Unlocked},
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
        select epoch, null::timestamptz, null from fenced
        union all
        select epoch, at, process from unlocked where epoch not in (select epoch from dead)
        """;

    private ImmutableArray<Suspicion> suspicions = [];
    private long suspectedAt;

    /// <summary>
    /// Notes whose lock is free, and fences nobody: when they are to be fenced, much of the time that the doubt about them
    /// takes has passed already.
    /// </summary>
    public async Task SuspectAsync(List<long> mine, CancellationToken cancellation)
    {
        suspectedAt = Stopwatch.GetTimestamp();
        suspicions = await database.DoAsync(
            async (connection, stop) =>
            {
                await using var suspect = connection.Command(Suspect, Sql.Integers(mine));
                return (await suspect.ReadAllAsync(
                    row => new Suspicion(row.GetInt64(0), row.GetDateTime(1), row.GetString(2)), stop)).ToImmutableArray();
            },
            cancellation);
    }

    /// <summary>Fences every epoch that is gone, but none of these.</summary>
    public async Task<ImmutableArray<Epoch>> FenceAsync(List<long> mine, CancellationToken cancellation)
    {
        var (seen, since) = (suspicions, suspectedAt);
        suspicions = [];
        var fenced = ImmutableArray.CreateBuilder<Epoch>();
        if (seen.IsEmpty)
        {
            since = Stopwatch.GetTimestamp();
            seen = await LookAsync(mine, [], fenced, cancellation);
        }

        if (!seen.IsEmpty)
        {
            var (passed, doubt) = (Stopwatch.GetElapsedTime(since), DoubtAbout(seen.Select(one => one.Process)));
            await Task.Delay(passed < doubt ? doubt - passed : TimeSpan.Zero, cancellation);
            await LookAsync(mine, seen, fenced, cancellation);
        }

        return fenced.DrainToImmutable();
    }

    /// <summary>How long one waits before processes are taken for gone whose locks are free.</summary>
    internal static TimeSpan DoubtAbout(IEnumerable<string> processes) =>
        processes.All(CarrierProcess.IsKnownToBeGone) ? TimeSpan.Zero : Doubt;

    // Fences who is known to be gone, and says whose lock is free besides.
    private async Task<ImmutableArray<Suspicion>> LookAsync(
        List<long> mine,
        ImmutableArray<Suspicion> seen,
        ImmutableArray<Epoch>.Builder fenced,
        CancellationToken cancellation)
    {
        var found = await database.DoAsync(
            async (connection, stop) =>
            {
                await using var fence = connection.Command(
                    Fence,
                    Sql.Integers(mine),
                    Sql.Integers([.. seen.Select(one => one.Epoch)]),
                    Sql.Of(seen.Select(one => one.At).ToList(), NpgsqlDbType.Array | NpgsqlDbType.TimestampTz));
                return await fence.ReadAllAsync(
                    row => (
                        Epoch: new Epoch(row.GetInt64(0)),
                        Suspicion: row.IsDBNull(1)
                            ? null
                            : new Suspicion(row.GetInt64(0), row.GetDateTime(1), row.GetString(2))),
                    stop);
            },
            cancellation);
        fenced.AddRange(found.Where(one => one.Suspicion is null).Select(one => one.Epoch));
        return [.. found.Select(one => one.Suspicion).OfType<Suspicion>()];
    }

    /// <summary>An epoch that nobody holds the lock of, its last beat, and its process.</summary>
    private sealed record Suspicion(long Epoch, DateTime At, string Process);
}
