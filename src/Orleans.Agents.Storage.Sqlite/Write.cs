using Orleans.Agents.Faults;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Storage.Sqlite;

/// <summary>Something to be done in the writer's next transaction, and its answer once that is durable.</summary>
internal abstract class Write(int bytes)
{
    /// <summary>About how much it adds to a transaction.</summary>
    public int Bytes { get; } = bytes;

    /// <summary>Whether it may be done on the thread of who asks for it.</summary>
    public virtual bool MayKeepThread => false;

    /// <summary>Whether it may be refused while too much waits: what it would begin has not begun.</summary>
    public virtual bool IsBirth => false;

    /// <summary>Whether nobody waits for it any more.</summary>
    public abstract bool IsAbandoned { get; }

    /// <summary>Does it. May happen again when the transaction came to nothing.</summary>
    public abstract void Execute(WriteSession session);

    /// <summary>Tells the caller, after the commit.</summary>
    public abstract void Answer();

    /// <summary>Tells the caller that the outcome is unknown.</summary>
    public abstract void Fail(Exception problem);
}

/// <summary>A write with an answer.</summary>
internal abstract class Write<TAnswer>(int bytes) : Write(bytes)
{
    // The writer must not run what its callers do next.
    private readonly TaskCompletionSource<TAnswer> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TAnswer answer = default!;

    public Task<TAnswer> Task => completion.Task;

    public override bool IsAbandoned => completion.Task.IsCompleted;

    public override void Execute(WriteSession session) => answer = Do(session);

    public override void Answer() => completion.TrySetResult(answer);

    public override void Fail(Exception problem) => completion.TrySetException(problem);

    /// <summary>Stops waiting. A write that has not been taken into a transaction yet is then left out.</summary>
    public void Cancel(CancellationToken cancellation) => completion.TrySetCanceled(cancellation);

    /// <summary>Does it.</summary>
    protected abstract TAnswer Do(WriteSession session);
}

/// <summary>Whatever is to be done in a transaction.</summary>
internal sealed class AnyWrite<TAnswer>(Func<WriteSession, TAnswer> work, int bytes) : Write<TAnswer>(bytes)
{
    protected override TAnswer Do(WriteSession session) => work(session);
}

/// <summary>An append: what nearly all writes are.</summary>
internal sealed class AppendWrite(Append append, FaultPlan faults)
    : Write<Appended>(RowBytes + append.Size + BytesBeside(append))
{
    /// <summary>What an append costs beside its events: its rows and their share of the indexes.</summary>
    public const int RowBytes = 256;

    public override bool MayKeepThread => append.MayKeepThread;

    public override bool IsBirth => append.Birth is not null;

    private static int BytesBeside(Append append) =>
        append.Children.Sum(child => RowBytes + child.Size) + append.Notes.Sum(note => RowBytes + note.Body.Length);

    protected override Appended Do(WriteSession session)
    {
        var appended = session.Store(append);
        faults.Reached(KillPoint.AfterSend);
        return appended;
    }
}
