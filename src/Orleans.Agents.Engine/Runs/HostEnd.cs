using System.Diagnostics;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Runs;

/// <summary>Why a host stopped carrying its run.</summary>
internal abstract record HostEnd
{
    private HostEnd()
    {
    }

    /// <summary>What it is called where it is told.</summary>
    public string Name => this switch
    {
        Over over => StatusName.Of(over.State.Status),
        Parked => "parked",
        Lost => "lost",
        Duplicate => "duplicate",
        Stopped => "stopped",
        Broken => "broken",
        _ => throw new UnreachableException(GetType().Name),
    };

    /// <summary>The run is over.</summary>
    public sealed record Over(RunState State) : HostEnd;

    /// <summary>The run waits for long and was released; it is carried again when it is due.</summary>
    public sealed record Parked : HostEnd;

    /// <summary>Another process owns the run.</summary>
    public sealed record Lost : HostEnd;

    /// <summary>The start key, or the name, belongs to another run.</summary>
    public sealed record Duplicate(RunId Run) : HostEnd;

    /// <summary>The process is shutting down.</summary>
    public sealed record Stopped : HostEnd;

    /// <summary>A fault of ours, or a store that refuses for good.</summary>
    public sealed record Broken(Exception Cause) : HostEnd;
}
