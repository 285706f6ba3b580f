using System.Collections.Immutable;
using Orleans.Agents.Activities.Lending;

namespace Orleans.Agents.Silo.Wire;

/// <summary>Attempts that find no lane where their runs are carried.</summary>
/// <param name="Attempts">The attempts.</param>
/// <param name="Lender">The silo that offers them, in its parsable form; null from a silo that does not say yet.</param>
internal sealed record LaneOffer(ImmutableArray<LentAttempt> Attempts, string? Lender = null);
