using Orleans.Agents.Values;

namespace Orleans.Agents.Tools;

/// <summary>What a tool with effect <see cref="ToolEffect.Once"/> finds out about a call whose result was lost.</summary>
public abstract record Reconciliation
{
    private Reconciliation()
    {
    }

    /// <summary>It happened, and this is what it would have answered.</summary>
    public sealed record Happened(Payload Output) : Reconciliation;

    /// <summary>It did not happen, and will not any more.</summary>
    public sealed record DidNotHappen : Reconciliation;

    /// <summary>It cannot be found out. Somebody has to decide.</summary>
    /// <param name="Why">What stands in the way, for the person who decides.</param>
    public sealed record Unknown(string Why) : Reconciliation;
}
