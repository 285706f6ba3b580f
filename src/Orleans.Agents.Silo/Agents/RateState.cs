using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Orleans.Agents.Silo.Agents;

/// <summary>What is kept of the rate of an agent in the cluster's grain storage.</summary>
/// <param name="IsOpen">Whether more may have been granted since.</param>
/// <param name="Longest">How many milliseconds any rate looks back.</param>
/// <param name="Silos">What the silos have done and may do.</param>
internal sealed record RateState(
    [property: JsonPropertyName("is_open")] bool IsOpen,
    [property: JsonPropertyName("longest")] long Longest,
    [property: JsonPropertyName("silos")] ImmutableArray<RateStateOfSilo> Silos);

/// <summary>What one silo has done and may do.</summary>
/// <param name="Silo">The silo.</param>
/// <param name="Held">How many permits it has.</param>
/// <param name="HeldUntil">Until when they are good.</param>
/// <param name="Begun">The calls that began there.</param>
internal sealed record RateStateOfSilo(
    [property: JsonPropertyName("silo")] string Silo,
    [property: JsonPropertyName("held")] int Held,
    [property: JsonPropertyName("held_until")] DateTimeOffset HeldUntil,
    [property: JsonPropertyName("begun")] ImmutableArray<RateStateOfCalls> Begun);

/// <summary>Some calls that began.</summary>
/// <param name="At">When.</param>
/// <param name="Count">How many.</param>
internal sealed record RateStateOfCalls(
    [property: JsonPropertyName("at")] DateTimeOffset At,
    [property: JsonPropertyName("count")] int Count);
