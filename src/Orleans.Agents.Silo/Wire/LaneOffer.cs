using System.Collections.Immutable;
using Orleans.Agents.Activities.Lending;

namespace Orleans.Agents.Silo.Wire;

/// <summary>Attempts that find no lane where their runs are carried.</summary>
internal sealed record LaneOffer(ImmutableArray<LentAttempt> Attempts);
