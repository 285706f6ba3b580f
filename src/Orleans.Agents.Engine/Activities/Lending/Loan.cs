using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Orleans.Agents.Activities.Lending;

/// <summary>
/// Some attempts at another process: told on to their runs as they are reported, and taken back when that process is gone.
/// </summary>
internal sealed class Loan(ImmutableArray<LaneItem> items, IOtherProcess other, ActivityLanes lanes, ILogger logger)
    : IThreadPoolWorkItem
{
    private readonly HashSet<LaneItem> open = [.. items];
    private volatile string? name;

    /// <summary>The attempts, by their places in the loan.</summary>
    public ImmutableArray<LaneItem> Items => items;

    void IThreadPoolWorkItem.Execute() => _ = CarryOutAsync();

    private async Task CarryOutAsync()
    {
        try
        {
            // None at all is an answer too: that process is asked again when it may have a lane.
            var answer = await other.LendAsync([.. items.Select(LentAttempt.From)]);
            TakeBack(items[answer.Taken..]);
            name = answer.Loan;
            foreach (var item in items.Where(item => item.IsCancelled))
            {
                Cancel(item);
            }

            while (open.Count > 0)
            {
                Tell(await other.CollectAsync(answer.Loan));
            }
        }
        catch (Exception lost)
        {
            // Whatever became of the other process: who asked for these attempts waits for them.
            logger.LoanLost(open.Count, lost.Message);
            TakeBack([.. open]);
        }
    }

    /// <summary>Has the other process give an attempt up.</summary>
    public void Cancel(LaneItem item)
    {
        if (name is { } loan)
        {
            other.Cancel(loan, items.IndexOf(item));
        }
    }

    private void Tell(ImmutableArray<LentReport> reports)
    {
        foreach (var report in reports)
        {
            var item = items[report.Place];
            if (report.ToCommand(item) is not { } command)
            {
                TakeBack([item]);
            }
            else if (open.Remove(item))
            {
                item.Host.Report(command, item);
            }
        }
    }

    private void TakeBack(ImmutableArray<LaneItem> some)
    {
        lanes.TakeBack([.. some.Where(open.Remove)]);
    }
}
