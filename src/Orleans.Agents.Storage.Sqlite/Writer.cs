using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;
using Orleans.Agents.Journal;
using Orleans.Agents.Telemetry;

namespace Orleans.Agents.Storage.Sqlite;

/// <summary>
/// The only one in this store who writes to the file, one transaction at a time. Whatever arrived while the last one was
/// being written goes into the next, on a thread of its own, so that many appends share one flush of the disk.
/// </summary>
internal sealed class Writer(SqliteStoreOptions options) : IAsyncDisposable
{
    private const int MaxWrites = 256;
    private const int MaxBytes = 1024 * 1024;

    private readonly object gate = new();
    private readonly Queue<Write> waiting = new();
    private readonly List<Write> batch = new(MaxWrites);
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Thread? thread;
    private long waitingBytes;
    private bool isWriting;
    private bool isClosed;
    private WriteSession? session;

    /// <summary>Does something in the next transaction and answers when it is durable.</summary>
    public Task<TAnswer> DoAsync<TAnswer>(
        Func<WriteSession, TAnswer> work, int bytes, CancellationToken cancellation) =>
        DoAsync(new AnyWrite<TAnswer>(work, bytes), cancellation);

    /// <summary>Does something in the next transaction and answers when it is durable.</summary>
    public Task<TAnswer> DoAsync<TAnswer>(Write<TAnswer> write, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            return Task.FromCanceled<TAnswer>(cancellation);
        }

        if (TryQueue(write, out var isAlone) is { } refusal)
        {
            return Task.FromException<TAnswer>(refusal);
        }

        if (isAlone)
        {
            // With nobody to share a commit with, going to another thread and back would take as long as the commit.
            Commit([write]);
            LetOthersWrite();
        }

        return cancellation.CanBeCanceled ? WaitAsync(write, cancellation) : write.Task;
    }

    /// <summary>Finishes what was asked for so far, then closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            if (!isClosed)
            {
                isClosed = true;
                Monitor.Pulse(gate);
            }

            if (thread is null)
            {
                ended.TrySetResult();
            }
        }

        await ended.Task;
    }

    private static async Task<TAnswer> WaitAsync<TAnswer>(Write<TAnswer> write, CancellationToken cancellation)
    {
        await using var registration = cancellation.UnsafeRegister(
            static (state, token) => ((Write<TAnswer>)state!).Cancel(token), write);
        return await write.Task;
    }

    // A write that finds nothing under way need not wait for the writer's thread; the others are queued for it.
    private StoreException? TryQueue(Write write, out bool isAlone)
    {
        isAlone = false;
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isClosed, typeof(SqliteStore));
            if (write.IsBirth && waitingBytes > options.MaxWaitingBytes)
            {
                return TooMuchWaits();
            }

            if (thread is null)
            {
                thread = new Thread(Run) { IsBackground = true, Name = "agents sqlite writer" };
                thread.Start();
            }

            if (write.MayKeepThread && !isWriting && waiting.Count == 0)
            {
                isWriting = true;
                isAlone = true;
                return null;
            }

            waiting.Enqueue(write);
            waitingBytes += write.Bytes;
            if (waiting.Count == 1)
            {
                Monitor.Pulse(gate);
            }

            return null;
        }
    }

    private void LetOthersWrite()
    {
        lock (gate)
        {
            isWriting = false;
            Monitor.Pulse(gate);
        }
    }

    private void Run()
    {
        while (Take())
        {
            if (batch.Count > 0)
            {
                Commit(batch);
                batch.Clear();
            }

            LetOthersWrite();
        }

        Close();
    }

    private void Close()
    {
        try
        {
            using (session)
            {
                session?.Checkpoint();
            }

            ended.SetResult(); // only now: whoever waits for it may look at the file, or take it away
        }
        catch (SqliteException problem)
        {
            ended.SetException(SqliteProblem.ToStoreException(problem, options.Path));
        }
    }

    private bool Take()
    {
        lock (gate)
        {
            while (isWriting || waiting.Count == 0)
            {
                if (isClosed && !isWriting)
                {
                    return false;
                }

                Monitor.Wait(gate);
            }

            isWriting = true;

            var bytes = 0;
            while (batch.Count < MaxWrites && bytes < MaxBytes && waiting.TryDequeue(out var write))
            {
                waitingBytes -= write.Bytes;
                if (!write.IsAbandoned)
                {
                    batch.Add(write);
                    bytes += write.Bytes;
                }
            }

            return true;
        }
    }

    [SuppressMessage(
        "Design", "CA1031:Do not catch general exception types", Justification = "The top of a background loop.")]
    private void Commit(List<Write> writes)
    {
        try
        {
            CommitTogether(writes);
        }
        catch (Exception problem)
        {
            Abandon();
            if (writes.Count > 1 && IsOfOneWrite(problem))
            {
                writes.ForEach(write => Commit([write]));
            }
            else
            {
                Fail(writes, problem);
            }

            return;
        }

        foreach (var write in writes)
        {
            write.Answer();
        }
    }

    private void CommitTogether(List<Write> writes)
    {
        StoreInstruments.MeasureBatch(writes.Count);
        session ??= WriteSession.Open(options);
        session.Begin();
        foreach (var write in writes)
        {
            write.Execute(session);
        }

        session.Commit();
    }

    // Which one cannot be told afterwards, so each is tried alone.
    private static bool IsOfOneWrite(Exception problem) =>
        problem is not SqliteException sqlite || SqliteProblem.IsOfOneStatement(sqlite);

    // A connection that failed is not asked again: the next batch opens a new one.
    private void Abandon()
    {
        session?.Dispose();
        session = null;
    }

    private void Fail(List<Write> writes, Exception problem)
    {
        var answer = problem is SqliteException sqlite ? SqliteProblem.ToStoreException(sqlite, options.Path) : problem;
        writes.ForEach(write => write.Fail(answer));
    }

    private StoreException TooMuchWaits() => new(
        "store.unavailable",
        $"{waitingBytes} bytes wait to be written to {options.Path}; it takes new runs again when fewer do.",
        isTransient: true);
}
