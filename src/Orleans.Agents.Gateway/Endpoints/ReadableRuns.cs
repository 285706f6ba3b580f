using Orleans.Agents.Hosting;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Gateway.Endpoints;

/// <summary>Looks at runs among others, where one that cannot be read must not hide the rest.</summary>
internal static class ReadableRuns
{
    /// <summary>A run's state; null when there is no such run, or its history cannot be understood.</summary>
    public static async Task<RunState?> FindReadableAsync(this IAgents agents, RunId run, CancellationToken cancellation)
    {
        try
        {
            return (await agents.FindAsync(run, cancellation))?.State;
        }
        catch (HistoryException)
        {
            return null;
        }
    }
}
