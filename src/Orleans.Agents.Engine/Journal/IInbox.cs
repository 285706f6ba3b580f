using System.Collections.Immutable;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Journal;

/// <summary>
/// Keeps the notes that others leave for runs they do not carry. The owner of a run reads them and consumes each with
/// the append that it leads to; a note stays until its run is pruned, so that none is taken twice. Defined by
/// <c>InboxConformance</c>.
/// </summary>
/// <remarks>An append that ends its run consumes every note of the run.</remarks>
public interface IInbox
{
    /// <summary>
    /// Leaves a note. The run's row is not locked by it. After a <see cref="StoreException"/> the same note may be posted
    /// again.
    /// </summary>
    /// <exception cref="ArgumentException">The note is malformed.</exception>
    /// <exception cref="StoreException">The store cannot be reached or is full.</exception>
    Task<Posted> PostAsync(InboxNote note, CancellationToken cancellation);

    /// <summary>Whether a note of this name was left for a run, consumed or not.</summary>
    Task<bool> HasAsync(RunId run, string id, CancellationToken cancellation);

    /// <summary>Reads a run's unconsumed notes, oldest first.</summary>
    Task<ImmutableArray<InboxNote>> ReadAsync(RunId run, CancellationToken cancellation);

    /// <summary>
    /// Reads unconsumed notes of all runs that an epoch owns, oldest first. It costs next to nothing when there are none,
    /// however many runs the epoch owns.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not positive.</exception>
    Task<ImmutableArray<InboxNote>> ReadForAsync(Epoch owner, int limit, CancellationToken cancellation);

    /// <summary>
    /// Consumes notes that led to no events. What is unknown or consumed already is passed over, so the same call may be
    /// made again.
    /// </summary>
    /// <returns>False, and nothing is consumed, when the epoch is fenced or does not own the run.</returns>
    Task<bool> ConsumeAsync(RunId run, ImmutableArray<string> notes, Epoch epoch, CancellationToken cancellation);
}

/// <summary>Something left for a run by somebody who does not carry it.</summary>
/// <param name="Run">The run.</param>
/// <param name="Id">Names the note within the run: what is posted again under the same name is the same note.</param>
/// <param name="At">When it was posted, to the millisecond.</param>
/// <param name="Body">What it says, as JSON in UTF-8; never changed once it was handed over.</param>
public sealed record InboxNote(RunId Run, string Id, DateTimeOffset At, ReadOnlyMemory<byte> Body)
{
    /// <summary>The most bytes a note may have: a payload, and what is said about it.</summary>
    public const int MaxBytes = RunLimits.PayloadBytes + (64 * 1024);

    /// <summary>The longest name a note may have.</summary>
    public const int MaxIdLength = 200;

    /// <summary>Checks what a store may take for granted about a note.</summary>
    /// <exception cref="ArgumentException">The name is empty or too long, or the body is larger than a note may be.</exception>
    public void ThrowIfMalformed()
    {
        if (Id.Length is 0 or > MaxIdLength)
        {
            throw new ArgumentException($"A note is named by 1 to {MaxIdLength} characters; this name has {Id.Length}.");
        }

        if (Body.Length > MaxBytes)
        {
            throw new ArgumentException($"Note {Id} for run {Run} has {Body.Length} bytes; at most {MaxBytes} are allowed.");
        }
    }
}

/// <summary>What became of a note.</summary>
public abstract record Posted
{
    private Posted()
    {
    }

    /// <summary>It is durable, and whoever carries the run will find it.</summary>
    public sealed record Stored : Posted;

    /// <summary>A note of this name was left before, consumed or not; that one counts.</summary>
    public sealed record Repeated : Posted;

    /// <summary>Nothing was stored: there is no such run.</summary>
    public sealed record NoSuchRun : Posted;

    /// <summary>Nothing was stored: the run is over.</summary>
    public sealed record RunIsOver : Posted;
}
