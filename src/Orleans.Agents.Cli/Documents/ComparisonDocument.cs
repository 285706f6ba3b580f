using System.Collections.Immutable;
using System.Text.Json;
using Orleans.Agents.Journal;
using Orleans.Agents.Replays;
using Orleans.Agents.Runs;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Cli.Documents;

/// <summary>What came of deciding a run by another definition.</summary>
/// <param name="Run">The run.</param>
/// <param name="Hash">The definition it is pinned to.</param>
/// <param name="With">The definition it was compared under.</param>
/// <param name="Same">Whether every event comes out the same.</param>
/// <param name="Events">How many events come out the same before the first that does not.</param>
internal sealed record ComparisonDocument(string Run, string Hash, string With, bool Same, long Events)
{
    /// <summary>Why the other definition would not begin such a run.</summary>
    public string? Refusal { get; init; }

    /// <summary>The first event that comes out differently.</summary>
    public DifferenceDocument? Difference { get; init; }

    /// <summary>The attempts of which no result is recorded.</summary>
    public ImmutableArray<RanOutDocument>? RanOut { get; init; }

    /// <summary>How many recorded results are not asked for; null when all are.</summary>
    public int? Unused { get; init; }

    /// <summary>How far the run comes.</summary>
    public required string Status { get; init; }

    /// <summary>The state it comes to.</summary>
    public string? State { get; init; }

    /// <summary>What it would end with.</summary>
    public JsonElement? Output { get; init; }

    /// <summary>Why it would fail.</summary>
    public FailureDocument? Failure { get; init; }

    /// <summary>The document of a comparison.</summary>
    public static ComparisonDocument Of(RunRecord record, Workflow other, ComparisonResult compared) => new(
        record.Id.Value, record.Hash, other.Hash, compared is { Difference: null, Refusal: null }, compared.Same)
    {
        Refusal = compared.Refusal,
        Difference = compared.Difference is { } difference ? DifferenceDocument.Of(difference) : null,
        RanOut = compared.Missing.IsEmpty
            ? null
            : [.. compared.Missing.Select(one => new RanOutDocument(
                one.State, one.Cycle, one.Branch.Length == 0 ? null : one.Branch, one.Attempt))],
        Unused = compared.Unused == 0 ? null : compared.Unused,
        Status = StatusName.Of(compared.State.Status),
        State = compared.State.State.Length == 0 ? null : compared.State.State,
        Output = compared.State.Status == RunStatus.Succeeded ? Json.ElementOf(compared.State.Output) : null,
        Failure = compared.State.Failure is { } failure ? FailureDocument.Of(failure) : null,
    };
}

/// <summary>An attempt of which no result is recorded.</summary>
/// <param name="State">The state that asks for it.</param>
/// <param name="Cycle">Which visit of that state.</param>
/// <param name="Branch">The branch, where there are several.</param>
/// <param name="Attempt">Which attempt.</param>
internal sealed record RanOutDocument(string State, int Cycle, string? Branch, int Attempt);
