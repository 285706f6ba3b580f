namespace Orleans.Agents.Workflows;

/// <summary>
/// How often an agent may be called: within any <paramref name="Per"/>, wherever it begins, no more than so many calls begin.
/// </summary>
/// <param name="Calls">How many calls.</param>
/// <param name="Per">How long a time.</param>
public sealed record CallRate(int Calls, TimeSpan Per)
{
    /// <summary>The most calls that a rate may name.</summary>
    public const int MostCalls = 1_000_000;
}
