namespace Orleans.Agents.Silo.Agents;

/// <summary>What a silo says of an agent.</summary>
/// <param name="Silo">The silo.</param>
/// <param name="UnderWay">How many calls are under way there.</param>
/// <param name="Wanted">How many would be, if they might.</param>
/// <param name="Done">What was done since the last report.</param>
/// <param name="Most">How many may be under way in the whole cluster; null for any number.</param>
internal sealed record AgentReport(string Silo, int UnderWay, int Wanted, AgentCounts Done, int? Most = null);

/// <summary>How many calls of an agent a silo may have under way until it reports again.</summary>
/// <param name="Calls">How many; fewer than are under way means that none may begin.</param>
internal sealed record AgentGrant(int Calls);
