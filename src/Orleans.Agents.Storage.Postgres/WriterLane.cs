using System.Runtime.InteropServices;
using System.Text;
using Npgsql;
using Orleans.Agents.Telemetry;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>A thread with a connection that writes what waits in the <see cref="Writer"/>.</summary>
internal sealed class WriterLane
{
    // The order in which every statement takes its locks, in this process and in any other: two that met in another
    // order would wait for each other. Start keys first, for two starts may have one key and different names.
    private static readonly Comparison<PendingAppend> InOrder = static (one, other) =>
    {
        var byKey = string.CompareOrdinal(one.Append.Birth?.Key, other.Append.Birth?.Key);
        return byKey != 0 ? byKey : string.CompareOrdinal(one.Append.Run.Value, other.Append.Run.Value);
    };

    private readonly Writer writer;
    private readonly Database database;
    private readonly Lock connected = new();
    private readonly List<PendingAppend> batch = new(Writer.MaxAppends);
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WriteSession? session;

    private WriterLane(Writer writer, Database database)
    {
        this.writer = writer;
        this.database = database;
    }

    /// <summary>Completes when the writer is closed and nothing is left to write.</summary>
    public Task Ended => ended.Task;

    /// <summary>Starts a thread that writes until the writer is closed.</summary>
    public static WriterLane Start(Writer writer, Database database, int number)
    {
        var lane = new WriterLane(writer, database);
        var thread = new Thread(lane.Run) { IsBackground = true, Name = $"agents postgres writer {number}" };
        thread.Start();
        return lane;
    }

    /// <summary>Stores an append on the calling thread, over this lane's connection.</summary>
    public void Store(PendingAppend append)
    {
        StoreInstruments.MeasureBatch(1);
        lock (connected)
        {
            Commit([append], mayResend: true);
        }

        writer.DoneHere();
    }

    private void Run()
    {
        while (writer.Take(batch))
        {
            batch.Sort(InOrder);
            StoreInstruments.MeasureBatch(batch.Count);
            lock (connected)
            {
                Commit(CollectionsMarshal.AsSpan(batch), mayResend: true);
            }

            batch.Clear();
            writer.Done();
        }

        lock (connected)
        {
            Abandon();
        }

        ended.SetResult();
    }

    private void Commit(ReadOnlySpan<PendingAppend> appends, bool mayResend)
    {
        try
        {
            session ??= WriteSession.Open(database);
            session.Store(appends);
        }
        catch (Exception problem)
        {
            Recover(appends, problem, mayResend);
            return;
        }

        foreach (var append in appends)
        {
            append.TrySetResult(append.Outcome!);
        }
    }

    // What became of the statement is unknown only when the connection broke, and then the same appends may be sent again:
    // the ones that were stored are recognised. Once, because a connection that lay idle over a restart of the server is
    // found broken only now; whoever waits has better reasons than this thread to go on or to give up.
    private void Recover(ReadOnlySpan<PendingAppend> appends, Exception problem, bool mayResend)
    {
        if (problem is not PostgresException || !PostgresProblem.IsOfOneRow(problem))
        {
            Abandon();
        }

        if (mayResend && PostgresProblem.IsConnectionLost(problem))
        {
            Commit(appends, mayResend: false);
        }
        else if (appends.Length == 1 && PostgresProblem.IsDeadlock(problem))
        {
            Commit(appends, mayResend); // the other went through
        }
        else if (appends.Length > 1 && (PostgresProblem.IsOfOneRow(problem) || PostgresProblem.IsDeadlock(problem)))
        {
            Commit(appends[..(appends.Length / 2)], mayResend);
            Commit(appends[(appends.Length / 2)..], mayResend);
        }
        else
        {
            Fail(appends, problem);
        }
    }

    // A connection that failed is not asked again.
    private void Abandon()
    {
        session?.Dispose();
        session = null;
    }

    private void Fail(ReadOnlySpan<PendingAppend> appends, Exception problem)
    {
        var answer = problem is EncoderFallbackException || PostgresProblem.IsOfTheServer(problem)
            ? PostgresProblem.ToStoreException(problem, database.Name)
            : problem;
        foreach (var append in appends)
        {
            append.TrySetException(answer);
        }
    }
}
