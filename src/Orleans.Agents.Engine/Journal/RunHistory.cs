using System.Collections.Immutable;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Journal;

/// <summary>What is needed to carry a run on.</summary>
/// <param name="Record">The run's row.</param>
/// <param name="Snapshot">The latest kept state, if any.</param>
/// <param name="Tail">The appends after it, oldest first.</param>
public sealed record RunHistory(RunRecord Record, RunSnapshot? Snapshot, ImmutableArray<StoredAppend> Tail);

/// <summary>A run's row.</summary>
/// <param name="Id">The run.</param>
/// <param name="Workflow">The workflow's name.</param>
/// <param name="Hash">The hash of the pinned definition.</param>
/// <param name="Key">The start key, if one was given.</param>
/// <param name="Version">How many events it has.</param>
/// <param name="Owner">The epoch that carries it; null when nobody does.</param>
/// <param name="Row">The rest.</param>
/// <param name="StartedAt">When it was started.</param>
/// <param name="UpdatedAt">When its last append was decided.</param>
public sealed record RunRecord(
    RunId Id,
    string Workflow,
    string Hash,
    string? Key,
    long Version,
    Epoch? Owner,
    RunRow Row,
    DateTimeOffset StartedAt,
    DateTimeOffset UpdatedAt);

/// <summary>A run's state as it was stored.</summary>
/// <param name="Version">The version it is the state of.</param>
/// <param name="State">The state as <see cref="Serialization.StoredText"/>, byte for byte as sent.</param>
public sealed record RunSnapshot(long Version, ReadOnlyMemory<byte> State);

/// <summary>One append as it was stored.</summary>
/// <param name="Version">The run's version after it, which names it within the run.</param>
/// <param name="At">When it was decided, to the millisecond.</param>
/// <param name="Epoch">The epoch it was stored under.</param>
/// <param name="Events">
/// The events as <see cref="Serialization.StoredText"/> of one JSON array, byte for byte as sent.
/// </param>
/// <param name="TraceParent">The W3C trace context, if any.</param>
public sealed record StoredAppend(
    long Version, DateTimeOffset At, Epoch Epoch, ReadOnlyMemory<byte> Events, string? TraceParent);
