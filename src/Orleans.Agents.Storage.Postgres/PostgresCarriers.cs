using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>
/// Epochs in the database. An epoch is gone when its process said so, when nobody holds its lock, or when it has been
/// silent for its lease; only somebody who was never late himself for as long may say the last.
/// </summary>
internal sealed class PostgresCarriers : ICarriers, IAsyncDisposable
{
    private static readonly TimeSpan LongestGoodbye = TimeSpan.FromSeconds(2);

    private readonly Database database;
    private readonly TimeSpan lease;
    private readonly CarrierLocks locks;
    private readonly GoneCarriers gone;
    private readonly Heartbeat heartbeat;
    private readonly ConcurrentDictionary<Epoch, Held> held = new();
    private readonly ConcurrentDictionary<Epoch, bool> fenced = new();

    public PostgresCarriers(Database database, TimeSpan lease)
    {
        this.database = database;
        this.lease = lease;
        locks = new CarrierLocks(database);
        gone = new GoneCarriers(database);
        heartbeat = new Heartbeat(database, lease, AfterBeat);
    }

    /// <summary>The epochs of this store, which it never takes for gone itself.</summary>
    public List<long> HeldEpochs => [.. held.Keys.Select(epoch => epoch.Value)];

    /// <inheritdoc/>
    public async Task<Epoch> TakeAsync(bool isKeeper, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (isKeeper)
        {
            await gone.SuspectAsync(HeldEpochs, cancellation);
        }

        var key = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))) & long.MaxValue;

        // The lock is held before anybody can see the row. It is not cancelled on the way: nobody would know of the epoch.
        var lockedUnder = await locks.HoldAsync(key);
        try
        {
            var epoch = await database.DoAsync(
                (connection, stop) => InsertAsync(connection, key, lockedUnder, isKeeper, stop), CancellationToken.None);
            held[epoch] = new Held(key, lockedUnder is not null);
            heartbeat.Add(epoch);
            return epoch;
        }
        catch
        {
            locks.LetGo(key);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<Epoch>> FenceGoneAsync(CancellationToken cancellation) =>
        gone.FenceAsync(HeldEpochs, cancellation);

    /// <inheritdoc/>
    public async Task ReleaseAsync(Epoch epoch, CancellationToken cancellation)
    {
        await database.DoAsync(
            async (connection, stop) =>
            {
                await using var release = connection.Command(
                    """
                    with silent as (delete from beats where epoch = $1)
                    update carrier set fenced_at = clock_timestamp(), left_at = clock_timestamp()
                    where epoch = $1 and fenced_at is null
                    """,
                    Sql.Integer(epoch.Value));
                return await release.ExecuteNonQueryAsync(stop);
            },
            cancellation);
        Forget(epoch);
    }

    /// <inheritdoc/>
    public async Task<bool> IsFencedAsync(Epoch epoch, CancellationToken cancellation) =>
        fenced.ContainsKey(epoch) || await database.DoAsync(
            async (connection, stop) =>
            {
                await using var find = connection.Command(
                    "select 1 from carrier where epoch = $1 and fenced_at is null", Sql.Integer(epoch.Value));
                return await find.ExecuteScalarAsync(stop) is null;
            },
            cancellation);

    /// <inheritdoc/>
    public async Task<ImmutableArray<Epoch>> FindCrashedAsync(
        ImmutableArray<Epoch> epochs, CancellationToken cancellation) => await database.DoAsync(
            async (connection, stop) =>
            {
                await using var find = connection.Command(
                    "select epoch from carrier where epoch = any ($1) and fenced_at is not null and left_at is null",
                    Sql.Integers([.. epochs.Select(epoch => epoch.Value)]));
                return (await find.ReadAllAsync(row => new Epoch(row.GetInt64(0)), stop)).ToImmutableArray();
            },
            cancellation);

    /// <summary>Stops beating and lets all locks go: to others the process has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await heartbeat.DisposeAsync();
        await LeaveAsync();
        await locks.DisposeAsync();
    }

    private async Task<Epoch> InsertAsync(
        NpgsqlConnection connection, long key, DateTime? lockedUnder, bool isKeeper, CancellationToken cancellation)
    {
        await using var insert = connection.Command(
            """
            with taken as (
                insert into carrier (process, is_keeper, lease, lock_key) values ($1, $2, $3, $4)
                returning epoch)
            insert into beats (epoch, at, on_time_since, locked_under)
            select epoch, clock_timestamp(), clock_timestamp(), $5 from taken
            returning epoch
            """,
            Sql.Text(CarrierProcess.Name),
            Sql.Of(isKeeper, NpgsqlDbType.Boolean),
            Sql.Of(lease, NpgsqlDbType.Interval),
            Sql.Integer(key),
            Sql.Of(lockedUnder, NpgsqlDbType.TimestampTz));
        return new Epoch((long)(await insert.ExecuteScalarAsync(cancellation))!);
    }

    // With this the next who looks knows at once; without it, by the lock and the beat.
    private async Task LeaveAsync()
    {
        if (held.IsEmpty)
        {
            return;
        }

        using var enough = new CancellationTokenSource(LongestGoodbye);
        try
        {
            await database.DoAsync(
                async (connection, stop) =>
                {
                    await using var leave = connection.Command(
                        "update carrier set left_at = clock_timestamp() where epoch = any ($1) and fenced_at is null",
                        Sql.Integers([.. held.Keys.Select(epoch => epoch.Value)]));
                    return await leave.ExecuteNonQueryAsync(stop);
                },
                enough.Token);
        }
        catch (Exception problem) when (problem is StoreException or OperationCanceledException)
        {
        }
    }

    private void AfterBeat(List<long> beaten, Dictionary<long, bool> isLocked)
    {
        foreach (var epoch in beaten.Select(value => new Epoch(value)))
        {
            if (!isLocked.TryGetValue(epoch.Value, out var hasLock))
            {
                Forget(epoch);
            }
            else if (!hasLock && held.TryGetValue(epoch, out var mine) && mine.HasLock)
            {
                locks.Renew();
            }
        }
    }

    private void Forget(Epoch epoch)
    {
        fenced[epoch] = true;
        heartbeat.Remove(epoch);
        if (held.TryRemove(epoch, out var mine))
        {
            locks.LetGo(mine.Key);
        }
    }

    private sealed record Held(long Key, bool HasLock);
}
