using Orleans.Agents.Values;

namespace Orleans.Agents.Replays;

/// <summary>A fact that is decided differently from how it is recorded.</summary>
/// <param name="Append">The version of the append that it is in.</param>
/// <param name="Version">Which fact of the run, counted from 1.</param>
/// <param name="RecordedType">The recorded fact's type; null when nothing more is recorded.</param>
/// <param name="DecidedType">The decided fact's type; null when nothing is decided.</param>
/// <param name="Field">
/// The first field that differs, as a JSON pointer into the fact as it is stored; <c>/at</c> is when it happened, and an empty
/// one is the whole fact.
/// </param>
/// <param name="Recorded">What is recorded there; null when nothing is.</param>
/// <param name="Decided">What is decided there; null when nothing is.</param>
/// <param name="Why">Why nothing is decided, when nothing is.</param>
public sealed record Difference(
    long Append,
    long Version,
    string? RecordedType,
    string? DecidedType,
    string Field,
    Payload? Recorded,
    Payload? Decided,
    string? Why = null);
