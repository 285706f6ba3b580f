using Npgsql;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>
/// The advisory locks of this process's epochs, held by a connection of their own. The server gives them back within
/// milliseconds when the process ends, however it ends.
/// </summary>
/// <remarks>
/// A lock is shared, so that a new connection can hold it while the server still thinks the old one alive. It says
/// something only together with <c>beats.locked_under</c>: when the server was started under which it was taken. After a
/// restart all locks are free, though their processes live.
/// </remarks>
internal sealed class CarrierLocks(Database database) : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private const int SecondsToLetGo = 5; // a session that does not answer must not hold up the next

    private readonly Lock gate = new();
    private readonly HashSet<long> wanted = [];
    private readonly Dictionary<long, TaskCompletionSource<DateTime?>> waiting = [];
    private CancellationTokenSource wake = new();
    private Task loop = Task.CompletedTask;
    private bool isLooping;
    private bool mustRenew;
    private bool isClosed;

    /// <summary>Takes a lock.</summary>
    /// <returns>
    /// When the server that holds it was started; null when this connection is one of a pooler, which gives its sessions
    /// to others: then locks say nothing and the beat has to do.
    /// </returns>
    public Task<DateTime?> HoldAsync(long key)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isClosed, typeof(PostgresStore));
            var held = new TaskCompletionSource<DateTime?>(TaskCreationOptions.RunContinuationsAsynchronously);
            wanted.Add(key);
            waiting.Add(key, held);
            Wake();
            return held.Task;
        }
    }

    /// <summary>Lets a lock go as soon as the connection gets to it.</summary>
    public void LetGo(long key)
    {
        lock (gate)
        {
            wanted.Remove(key);
            Wake();
        }
    }

    /// <summary>Takes all locks again on a new connection: somebody saw that they are not held.</summary>
    public void Renew()
    {
        lock (gate)
        {
            mustRenew = true;
            Wake();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Close();
        await loop;
        wake.Dispose();
    }

    private void Close()
    {
        lock (gate)
        {
            isClosed = true;
            wanted.Clear();
            wake.Cancel();
        }
    }

    private void Wake()
    {
        if (isClosed)
        {
            return;
        }

        wake.Cancel();
        if (!isLooping)
        {
            isLooping = true;
            loop = LoopAsync();
        }
    }

    private async Task LoopAsync()
    {
        await Task.Yield();
        var pause = FirstPause;
        var former = Holding.None;
        while (HasWork())
        {
            try
            {
                former = await HoldAsync(await database.OpenAsync(CancellationToken.None), former);
                pause = FirstPause;
            }
            catch (Exception lost) when (PostgresProblem.IsOfTheServer(lost))
            {
                FailWaiting(lost);
                await Task.Delay(pause);
                pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
            }
        }

        await former.EndAsync();
    }

    // The former session keeps its locks until this one has them: free for a moment on a busy machine, they would be taken
    // for those of a process that is gone.
    private async Task<Holding> HoldAsync(NpgsqlConnection session, Holding former)
    {
        var isKept = false;
        try
        {
            var held = await HoldAsync(session, former.EndAsync);
            isKept = true;
            return new Holding(session, held);
        }
        finally
        {
            if (!isKept)
            {
                await session.DisposeAsync();
            }
        }
    }

    // Brings what the session holds to what is wanted, again and again, until it has to be another one.
    private async Task<HashSet<long>> HoldAsync(NpgsqlConnection session, Func<Task> onHeld)
    {
        var (isOfUse, startedAt) = await AskAsync(session);
        var held = new HashSet<long>();
        while (Next() is { } next)
        {
            if (isOfUse)
            {
                await LetGoAsync(session, [.. held.Except(next.Wanted)]);
                await LockAsync(session, [.. next.Wanted.Except(held)]);
            }

            held = next.Wanted;
            Answer(held, isOfUse ? startedAt : null);
            await onHeld();
            try
            {
                await session.WaitAsync(next.Wake);
            }
            catch (OperationCanceledException) when (next.Wake.IsCancellationRequested)
            {
                // Whoever woke it does so under the gate and must not be made to go on from here.
                await Task.Yield();
            }
        }

        return held;
    }

    private static async Task<(bool IsOfUse, DateTime StartedAt)> AskAsync(NpgsqlConnection session)
    {
        await using var ask = session.Command("select pg_backend_pid(), pg_postmaster_start_time()");
        await using var rows = await ask.ExecuteReaderAsync();
        await rows.ReadAsync();
        return (Database.IsSessionOf(session, rows.GetInt32(0)), rows.GetDateTime(1));
    }

    private static async Task LockAsync(NpgsqlConnection session, List<long> keys)
    {
        if (keys.Count == 0)
        {
            return;
        }

        await using var take = session.Command(
            "select pg_advisory_lock_shared(key) from unnest($1) as keys (key)", Sql.Integers(keys));
        await take.ExecuteNonQueryAsync();
        await using var tell = session.Command(
            """
            update beats set locked_under = pg_postmaster_start_time() from carrier
            where carrier.epoch = beats.epoch and carrier.fenced_at is null and carrier.lock_key = any ($1)
            """,
            Sql.Integers(keys));
        await tell.ExecuteNonQueryAsync();
    }

    private static async Task LetGoAsync(NpgsqlConnection session, List<long> keys)
    {
        if (keys.Count > 0)
        {
            await using var command = session.Command(
                "select pg_advisory_unlock_shared(key) from unnest($1) as keys (key)", Sql.Integers(keys));
            command.CommandTimeout = SecondsToLetGo;
            await command.ExecuteNonQueryAsync();
        }
    }

    private bool HasWork()
    {
        lock (gate)
        {
            mustRenew = false;
            return isLooping = wanted.Count > 0;
        }
    }

    // Null when this session is to be given up.
    private Wish? Next()
    {
        lock (gate)
        {
            if (wake.IsCancellationRequested)
            {
                wake.Dispose();
                wake = new CancellationTokenSource();
            }

            return mustRenew || wanted.Count == 0 ? null : new Wish([.. wanted], wake.Token);
        }
    }

    private void Answer(HashSet<long> held, DateTime? startedAt)
    {
        lock (gate)
        {
            foreach (var key in held)
            {
                if (waiting.Remove(key, out var waiter))
                {
                    waiter.SetResult(startedAt);
                }
            }
        }
    }

    private void FailWaiting(Exception problem)
    {
        lock (gate)
        {
            foreach (var (key, waiter) in waiting)
            {
                wanted.Remove(key);
                waiter.SetException(PostgresProblem.ToStoreException(problem, database.Name));
            }

            waiting.Clear();
        }
    }

    private sealed record Wish(HashSet<long> Wanted, CancellationToken Wake);

    /// <summary>A session and the locks it holds until another one has them.</summary>
    private sealed class Holding(NpgsqlConnection? session, HashSet<long> keys)
    {
        private NpgsqlConnection? session = session;

        public static Holding None { get; } = new(null, []);

        public async Task EndAsync()
        {
            if (session is not { } ended)
            {
                return;
            }

            session = null;
            await using (ended)
            {
                try
                {
                    await LetGoAsync(ended, [.. keys]);
                }
                catch (Exception broken) when (PostgresProblem.IsOfTheServer(broken))
                {
                    // It held nothing any more: that is why there is another.
                }
            }
        }
    }
}
