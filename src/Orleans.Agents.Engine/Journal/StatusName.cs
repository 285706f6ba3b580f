using System.Collections.Immutable;
using System.Diagnostics;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Journal;

/// <summary>How the status of a run is written: in stores, and to people and programs.</summary>
public static class StatusName
{
    /// <summary>The names of all statuses that a stored run can have.</summary>
    public static ImmutableArray<string> All { get; } =
        [Of(RunStatus.Running), Of(RunStatus.Suspended), Of(RunStatus.Succeeded), Of(RunStatus.Failed)];

    /// <summary>The name of a status.</summary>
    public static string Of(RunStatus status) => status switch
    {
        RunStatus.New => "new",
        RunStatus.Running => "running",
        RunStatus.Suspended => "suspended",
        RunStatus.Succeeded => "succeeded",
        RunStatus.Failed => "failed",
        _ => throw new UnreachableException(status.ToString()),
    };

    /// <summary>The status with a name; null when there is none.</summary>
    public static RunStatus? Find(string name) => name switch
    {
        "new" => RunStatus.New,
        "running" => RunStatus.Running,
        "suspended" => RunStatus.Suspended,
        "succeeded" => RunStatus.Succeeded,
        "failed" => RunStatus.Failed,
        _ => null,
    };

    /// <summary>The status that a store has of a run.</summary>
    /// <exception cref="StoreException">There is none of this name.</exception>
    public static RunStatus Read(string name, RunId run) => Find(name)
        ?? throw new StoreException("store.damaged", $"Run {run} has an unknown status, {name}.", isTransient: false);
}
