using Orleans.Agents.Runs;

namespace Orleans.Agents.Budgets;

/// <summary>What a model costs: US dollars for a million tokens, which is millionths of a dollar for each.</summary>
/// <param name="Input">For tokens read.</param>
/// <param name="Output">For tokens written.</param>
public sealed record Price(decimal Input, decimal Output)
{
    /// <summary>What some tokens cost, in millionths of a dollar, rounded up.</summary>
    public long Of(long input, long output)
    {
        // Neither price nor tokens are ours to believe, and this must not throw: the result is stored all the same.
        var cost = Math.Ceiling((Math.Min(input, Usage.MostTokens) * Input) + (Math.Min(output, Usage.MostTokens) * Output));
        return cost > long.MaxValue ? long.MaxValue : (long)cost;
    }
}
