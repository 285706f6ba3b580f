using System.Collections.Immutable;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;

namespace Orleans.Agents.Journal;

/// <summary>One decision of a run on its way to the store: events, and what they make of the run's row.</summary>
/// <param name="Run">The run.</param>
/// <param name="Epoch">The epoch the sender carries the run under.</param>
/// <param name="Expected">The run's version the events were decided on: the number of events before; 0 for a new run.</param>
/// <param name="Version">The run's version with these events.</param>
/// <param name="At">When it was decided.</param>
/// <param name="Events">The events as <see cref="StoredText"/> of one JSON array; never changed once they were handed over.</param>
/// <param name="Row">The run's row with these events.</param>
public sealed record Append(
    RunId Run,
    Epoch Epoch,
    long Expected,
    long Version,
    DateTimeOffset At,
    ReadOnlyMemory<byte> Events,
    RunRow Row)
{
    /// <summary>What a new run is born with; present exactly when <see cref="Expected"/> is 0.</summary>
    public RunBirth? Birth { get; init; }

    /// <summary>The run's state at <see cref="Version"/> as <see cref="StoredText"/>, when it is time to keep one.</summary>
    public ReadOnlyMemory<byte>? Snapshot { get; init; }

    /// <summary>
    /// What was taken out of the events and the snapshot, each once; stored with them, unless the run has it already.
    /// </summary>
    public ImmutableArray<Blob> Blobs { get; init; } = [];

    /// <summary>The names of the notes that led to the events; they are consumed with them, or not at all.</summary>
    public ImmutableArray<string> Consumed { get; init; } = [];

    /// <summary>The W3C trace context the events belong to.</summary>
    public string? TraceParent { get; init; }

    /// <summary>About how many bytes of it are stored.</summary>
    public int Size
    {
        get
        {
            var size = Events.Length + (Snapshot?.Length ?? 0);
            foreach (var blob in Blobs)
            {
                size += blob.Body.Length;
            }

            return size;
        }
    }

    /// <summary>Checks what a store may take for granted about an append.</summary>
    /// <exception cref="ArgumentException">
    /// It does not move its run on, or it has no <see cref="Birth"/> although it is a run's first, or one although not.
    /// </exception>
    public void ThrowIfMalformed()
    {
        if (Expected < 0 || Version <= Expected)
        {
            throw new ArgumentException($"An append moves run {Run} on; it cannot lead from {Expected} to {Version}.");
        }

        if (Expected == 0 != Birth is not null)
        {
            throw new ArgumentException($"Run {Run} is born with its first append and no other, not at {Expected}.");
        }
    }
}

/// <summary>What a list of runs shows of one, and what its next carrier needs to find it.</summary>
/// <param name="Status">Where the run is in its life.</param>
/// <param name="State">The state the run is in; null when it is over.</param>
/// <param name="FailureCode">Why it failed, when it did.</param>
/// <param name="IsReleased">Whether the owner lets the run go with this append.</param>
/// <param name="WakeAt">
/// When a released run wants to be carried again, never earlier than asked and at most a millisecond later; null when
/// it waits for something else, is carried, or is over.
/// </param>
/// <remarks>
/// A run that is over is released by that; read back, it has neither <see cref="IsReleased"/> nor <see cref="WakeAt"/>.
/// </remarks>
public sealed record RunRow(
    RunStatus Status,
    string? State,
    string? FailureCode = null,
    bool IsReleased = false,
    DateTimeOffset? WakeAt = null)
{
    /// <summary>Whether the run has ended, one way or the other.</summary>
    public bool IsOver => Status is RunStatus.Succeeded or RunStatus.Failed;
}

/// <summary>What is fixed about a run when it starts.</summary>
/// <param name="Workflow">The workflow's name.</param>
/// <param name="Hash">The hash of the pinned definition; it has been saved before.</param>
/// <param name="Key">The caller's idempotency key: one run per key, for ever.</param>
public sealed record RunBirth(string Workflow, string Hash, string? Key);

/// <summary>What became of an append.</summary>
public abstract record Appended
{
    private Appended()
    {
    }

    /// <summary>It is durable.</summary>
    public sealed record Stored : Appended;

    /// <summary>
    /// Nothing was stored: the epoch is fenced, no longer owns the run, or the run is at another version. The sender
    /// must let the run go.
    /// </summary>
    public sealed record Lost : Appended;

    /// <summary>Nothing was stored: the start key, or the run's name, is taken by this run.</summary>
    public sealed record AlreadyStarted(RunId Run) : Appended;
}
