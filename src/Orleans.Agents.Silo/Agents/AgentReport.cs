using System.Collections.Immutable;

namespace Orleans.Agents.Silo.Agents;

/// <summary>What a silo says of an agent.</summary>
/// <param name="Silo">The silo.</param>
/// <param name="UnderWay">How many calls are under way there.</param>
/// <param name="Wanted">How many would be, if they might.</param>
/// <param name="Done">What was done since the last report.</param>
/// <param name="Most">How many may be under way in the whole cluster; null for any number.</param>
/// <param name="Rate">What it says of the rate; null when the agent has none, or the silo's version knows of none.</param>
internal sealed record AgentReport(
    string Silo, int UnderWay, int Wanted, AgentCounts Done, int? Most = null, RateReport? Rate = null);

/// <summary>How many calls of an agent a silo may have under way until it reports again.</summary>
/// <param name="Calls">How many; fewer than are under way means that none may begin.</param>
/// <param name="Rate">How many may begin; null when nobody asked, or the grain's version knows of no rates.</param>
internal sealed record AgentGrant(int Calls, RateGrant? Rate = null);

/// <summary>
/// What a silo says of the rate of an agent: all there is to know, so that the answer needs no report before it.
/// </summary>
/// <param name="Number">Greater than that of every earlier report of the silo, so that none is believed after a later one.</param>
/// <param name="Calls">How many calls may begin in the whole cluster…</param>
/// <param name="Per">…within any so many milliseconds.</param>
/// <param name="Held">How many permits are left of those that were granted.</param>
/// <param name="Wanted">How many it would have.</param>
/// <param name="Begun">The calls that began here, as far back as any rate looks.</param>
internal sealed record RateReport(
    long Number, int Calls, long Per, int Held, int Wanted, ImmutableArray<BegunCalls> Begun);

/// <summary>Some calls that began.</summary>
/// <param name="Ago">How many milliseconds ago the last of them began, at most.</param>
/// <param name="Count">How many.</param>
internal sealed record BegunCalls(long Ago, int Count);

/// <summary>The permits to call an agent that a silo gets beside those it has; all of them end soon, unless it reports again.</summary>
/// <param name="Permits">How many.</param>
/// <param name="FreeIn">In how many milliseconds it may be worth asking for more.</param>
internal sealed record RateGrant(int Permits, long FreeIn);
