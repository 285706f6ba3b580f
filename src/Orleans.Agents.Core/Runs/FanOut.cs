using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans.Agents.Serialization;
using Orleans.Agents.Values;

namespace Orleans.Agents.Runs;

/// <summary>How far the branches of a state have come: a cursor, counts and results, whatever the number of branches.</summary>
public sealed record FanOut
{
    /// <summary>How many branches there are. At most <see cref="RunLimits.Branches"/>.</summary>
    public required int Count { get; init; }

    /// <summary>How many are under way at once. At most <see cref="RunLimits.BranchesAtOnce"/>.</summary>
    public required int Limit { get; init; }

    /// <summary>How many have to succeed.</summary>
    public required int Needed { get; init; }

    /// <summary>Whether failed branches are results like others.</summary>
    public bool Collects { get; init; }

    /// <summary>The items, when there is one branch for each.</summary>
    public ImmutableArray<Payload>? Items { get; init; }

    /// <summary>What the items are called in the output.</summary>
    public ImmutableArray<string>? Keys { get; init; }

    /// <summary>The number of the next branch that has not been started.</summary>
    public int Next { get; init; }

    /// <summary>How many branches have succeeded.</summary>
    public int Succeeded { get; init; }

    /// <summary>How many branches have failed for good.</summary>
    public int Failed { get; init; }

    /// <summary>The results so far, the latest first. At most <see cref="RunLimits.PayloadBytes"/> in all.</summary>
    [JsonConverter(typeof(BranchResultsConverter))]
    public BranchResult? Results { get; init; }

    /// <summary>The bytes of the results so far.</summary>
    public long Bytes { get; init; }

    /// <summary>Whether nothing more is needed.</summary>
    [JsonIgnore]
    public bool IsSettled => Collects ? Succeeded + Failed == Count : Succeeded >= Needed;

    /// <summary>Whether too few branches can succeed.</summary>
    [JsonIgnore]
    public bool IsLost => !Collects && Count - Failed < Needed;

    /// <summary>The state with one more result.</summary>
    public FanOut With(int branch, Payload output) =>
        this with { Results = new BranchResult(branch, output, Results), Bytes = Bytes + output.Length };
}

/// <summary>
/// What came of a branch, and what was known before: adding one costs the same however many there are.
/// </summary>
/// <param name="branch">The number of the branch.</param>
/// <param name="output">Its output, or what describes its failure.</param>
/// <param name="earlier">The results before it.</param>
public sealed class BranchResult(int branch, Payload output, BranchResult? earlier)
{
    /// <summary>The number of the branch.</summary>
    public int Branch => branch;

    /// <summary>Its output, or what describes its failure.</summary>
    public Payload Output => output;

    /// <summary>The results before it.</summary>
    public BranchResult? Earlier => earlier;
}
