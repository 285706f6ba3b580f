using System.Collections.Concurrent;

namespace Orleans.Agents.Runs;

/// <summary>Lets others wait for the moment from which this process carries a run no longer.</summary>
internal sealed class Stays(Func<RunId, bool> isCarried)
{
    private readonly ConcurrentDictionary<RunId, TaskCompletionSource> ends = [];

    /// <summary>Completes when the run is not carried here, be it at once.</summary>
    public Task EndOf(RunId run)
    {
        var end = ends.GetOrAdd(
            run, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        if (!isCarried(run))
        {
            End(run);
        }

        return end.Task;
    }

    /// <summary>Says that a run is not carried here any more.</summary>
    public void End(RunId run)
    {
        if (ends.TryRemove(run, out var end))
        {
            end.SetResult();
        }
    }
}
