using System.Collections.Immutable;
using Orleans.Agents.Runs;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Activities.Lending;

/// <summary>Makes attempts for other processes in the lanes that are free here.</summary>
internal sealed class Borrower(WorkflowCatalog catalog, ActivityLanes lanes, Dispatch dispatch)
{
    /// <summary>Takes as many attempts as there are free lanes.</summary>
    /// <returns>What is made, and how much of what was asked for: from the first on.</returns>
    /// <exception cref="HistoryException">A definition is not to be had, or cannot be understood.</exception>
    /// <exception cref="System.Text.Json.JsonException">The other process is of a version too far from this one.</exception>
    public async Task<(Borrowed Work, int Taken)> TakeAsync(ImmutableArray<LentAttempt> attempts)
    {
        var known = ImmutableArray.CreateBuilder<(Workflow, LentAttempt)>(attempts.Length);
        foreach (var attempt in attempts)
        {
            known.Add((await catalog.PinnedAsync(attempt.Run, attempt.Hash, CancellationToken.None), attempt));
        }

        var work = new Borrowed(known.MoveToImmutable(), dispatch);
        return (work, work.Enter(lanes));
    }
}
