using Orleans.Agents.Failures;

namespace Orleans.Agents.Runs;

/// <summary>What became of a decision about a call whose outcome nobody knew.</summary>
public abstract record DecideResult
{
    private DecideResult()
    {
    }

    /// <summary>It is durable, and the run obeys it as soon as somebody carries it.</summary>
    /// <param name="Attempt">The attempt that was decided about.</param>
    public sealed record Decided(int Attempt) : DecideResult;

    /// <summary>Somebody decided about this attempt before; that decision counts, and this one does not.</summary>
    /// <param name="Attempt">The attempt that was decided about.</param>
    public sealed record DecidedBefore(int Attempt) : DecideResult;

    /// <summary>Nothing was stored.</summary>
    public sealed record Refused(Failure Failure) : DecideResult;
}
