using System.Collections.Immutable;
using Orleans.Agents.Failures;
using Orleans.Agents.Values;

namespace Orleans.Agents.Runs;

/// <summary>What to start.</summary>
/// <param name="Workflow">The workflow's name; the process has a definition of its own for it, or it was published.</param>
/// <param name="Input">What to work on.</param>
/// <param name="Key">An idempotency key: the same key is the same run, for ever.</param>
/// <param name="Run">The new run's name; null lets the engine choose one.</param>
/// <param name="Folder">What relative paths in tool inputs are relative to; null refuses relative paths.</param>
/// <param name="CorrelationId">Stands on every call, span and message; null lets the engine choose one.</param>
/// <param name="Hash">
/// Which definition of the workflow, kept before; null is the process's own, else the one that was published last.
/// </param>
/// <param name="Traceparent">
/// The span that starts it, in W3C's form; null is the caller's own, if it is in one. What is in another form is left out.
/// </param>
public sealed record StartRequest(
    string Workflow,
    Payload Input,
    string? Key = null,
    RunId? Run = null,
    string? Folder = null,
    Guid? CorrelationId = null,
    string? Hash = null,
    string? Traceparent = null);

/// <summary>What became of a start.</summary>
public abstract record StartResult
{
    private StartResult()
    {
    }

    /// <summary>The run exists and is durable.</summary>
    /// <param name="Run">The run.</param>
    /// <param name="IsNew">Whether this call started it; false when its key had started it before.</param>
    public sealed record Started(RunId Run, bool IsNew) : StartResult;

    /// <summary>Nothing was started.</summary>
    public sealed record Refused(Failure Failure) : StartResult;
}

/// <summary>How a run stands.</summary>
/// <param name="Run">The run.</param>
/// <param name="Workflow">The workflow's name.</param>
/// <param name="Hash">The hash of the pinned definition.</param>
/// <param name="State">What is known of it.</param>
/// <param name="IsCarried">Whether some process carries it.</param>
public sealed record RunView(RunId Run, string Workflow, string Hash, RunState State, bool IsCarried);

/// <summary>Some facts of a run, stored together.</summary>
/// <param name="Version">The run's version after them.</param>
/// <param name="At">When they happened.</param>
/// <param name="Epoch">The epoch they were stored under.</param>
/// <param name="Events">The facts.</param>
public sealed record RunAppend(long Version, DateTimeOffset At, Epoch Epoch, ImmutableArray<RunEvent> Events);
