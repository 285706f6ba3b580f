using System.Collections.Immutable;
using System.Text.Json;
using Orleans.Agents.Replays;

namespace Orleans.Agents.Cli.Documents;

/// <summary>What came of deciding a run again.</summary>
/// <param name="Run">The run.</param>
/// <param name="Hash">The definition it was decided by.</param>
/// <param name="Same">Whether every event is decided the same.</param>
/// <param name="Appends">How many appends were read.</param>
/// <param name="Events">How many events are decided the same.</param>
/// <param name="Difference">The first that is not.</param>
/// <param name="NotVerified">Events that the journal does not hold enough for to decide them again.</param>
internal sealed record ReplayDocument(
    string Run,
    string Hash,
    bool Same,
    long Appends,
    long Events,
    DifferenceDocument? Difference,
    ImmutableArray<NotVerifiedDocument>? NotVerified)
{
    /// <summary>The document of a replay.</summary>
    public static ReplayDocument Of(ReplayResult replayed) => new(
        replayed.Run.Value,
        replayed.Hash,
        replayed.Difference is null,
        replayed.Appends,
        replayed.Version,
        replayed.Difference is { } difference ? DifferenceDocument.Of(difference) : null,
        replayed.Unverified is { IsEmpty: false } gaps
            ? [.. gaps.Select(gap => new NotVerifiedDocument(gap.Version, gap.Why))]
            : null);
}

/// <summary>The first event that is decided differently.</summary>
internal sealed record DifferenceDocument(
    long Append,
    long Version,
    string? RecordedType,
    string? DecidedType,
    string Field,
    JsonElement? Recorded,
    JsonElement? Decided,
    string? Why)
{
    /// <summary>The document of a difference.</summary>
    public static DifferenceDocument Of(Difference difference) => new(
        difference.Append,
        difference.Version,
        difference.RecordedType,
        difference.DecidedType,
        difference.Field,
        difference.Recorded is { } recorded ? Json.ElementOfFact(recorded) : null,
        difference.Decided is { } decided ? Json.ElementOfFact(decided) : null,
        difference.Why);
}

/// <summary>An event that could not be decided again, and why not.</summary>
internal sealed record NotVerifiedDocument(long Version, string Why);
