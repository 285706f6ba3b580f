using System.Diagnostics;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>How a run's status is stored.</summary>
internal static class StatusName
{
    /// <summary>The stored name of a status.</summary>
    public static string Of(RunStatus status) => status switch
    {
        RunStatus.New => "new",
        RunStatus.Running => "running",
        RunStatus.Succeeded => "succeeded",
        RunStatus.Failed => "failed",
        _ => throw new UnreachableException(status.ToString()),
    };

    /// <summary>The status with a stored name.</summary>
    /// <exception cref="StoreException">There is none.</exception>
    public static RunStatus Parse(string name, RunId run) => name switch
    {
        "new" => RunStatus.New,
        "running" => RunStatus.Running,
        "succeeded" => RunStatus.Succeeded,
        "failed" => RunStatus.Failed,
        _ => throw new StoreException("store.damaged", $"Run {run} has an unknown status, {name}.", isTransient: false),
    };
}
