using Orleans.Agents.Failures;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Runs;

/// <summary>What became of a signal.</summary>
public abstract record SignalResult
{
    /// <summary>The longest name a signal may have.</summary>
    public const int MaxIdLength = InboxNote.MaxIdLength - 10;

    private SignalResult()
    {
    }

    /// <summary>It is durable, and the run receives it as soon as somebody carries it.</summary>
    /// <param name="Id">What it is called among all signals of the run.</param>
    public sealed record Sent(string Id) : SignalResult;

    /// <summary>A signal of this name was sent to the run before; that one counts, whatever it told.</summary>
    /// <param name="Id">What it is called.</param>
    public sealed record SentBefore(string Id) : SignalResult;

    /// <summary>Nothing was stored, and the run does not know of it.</summary>
    public sealed record Refused(Failure Failure) : SignalResult;
}

/// <summary>A run that waits for a signal.</summary>
/// <param name="Run">The run; signals are sent to it, not to its parent.</param>
/// <param name="Workflow">What it is a run of.</param>
/// <param name="State">The state that waits.</param>
/// <param name="Signal">The name it waits for.</param>
/// <param name="Since">Since when.</param>
/// <param name="Until">When it stops waiting; null when it waits for ever.</param>
public sealed record SignalWait(
    RunId Run, string Workflow, string State, string Signal, DateTimeOffset Since, DateTimeOffset? Until);
