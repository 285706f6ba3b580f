using Orleans.Agents.Journal;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>An append on its way to the database, and its answer once that is durable.</summary>
internal sealed class PendingAppend(Append append)
    // The writer must not run what its callers do next.
    : TaskCompletionSource<Appended>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    // What an append costs beside its events: its rows and their share of the indexes.
    private const int RowBytes = 256;

    public Append Append { get; } = append;

    /// <summary>About how much it adds to a statement.</summary>
    public int Bytes { get; } = RowBytes + append.Size;

    /// <summary>The answer its caller gets when all that was sent with it is through.</summary>
    public Appended? Outcome { get; set; }

    /// <summary>Whether nobody waits for it any more.</summary>
    public bool IsAbandoned => Task.IsCompleted;
}
