using System.Collections.Immutable;

namespace Orleans.Agents.Runs;

/// <summary>What a run makes of a command.</summary>
public abstract record Decision
{
    private Decision()
    {
    }

    /// <summary>These facts follow. Store them all or none.</summary>
    /// <param name="At">When they happened: never before the run's last fact.</param>
    /// <param name="Events">The facts; at least one.</param>
    /// <param name="Next">The run's state with them.</param>
    public sealed record Accepted(DateTimeOffset At, ImmutableArray<RunEvent> Events, RunState Next) : Decision;

    /// <summary>Already dealt with, or no longer of interest. Not an error: deliveries repeat.</summary>
    public sealed record Ignored(string Why) : Decision;

    /// <summary>The caller asked for something this run cannot do.</summary>
    public sealed record Rejected(string Why) : Decision;
}
