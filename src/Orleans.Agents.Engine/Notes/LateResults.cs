using System.Globalization;
using Microsoft.Extensions.Logging;
using Orleans.Agents.Activities;
using Orleans.Agents.Failures;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Notes;

/// <summary>
/// Leaves for a run how a call went that must not be made twice, when this process lost the run while it made the call:
/// whoever carries the run now need not guess.
/// </summary>
internal sealed class LateResults(IInbox inbox, TimeProvider time, ILogger logger)
{
    /// <summary>Leaves the report of a call that its host could not be told, if there is something to learn from it.</summary>
    public async Task LeaveAsync(LaneItem item, RunCommand report)
    {
        if (NoteOf(report) is not { } late)
        {
            return;
        }

        var activity = item.Attempt.Activity;
        var id = string.Create(
            CultureInfo.InvariantCulture, $"late-{late.Visit}-{late.Branch}-{late.Attempt}-{item.Epoch.Value}");
        try
        {
            var body = late.Write();
            if (body.Length <= InboxNote.MaxBytes)
            {
                var posted = await inbox.PostAsync(new InboxNote(activity.Run, id, time.GetUtcNow(), body), default);
                logger.ResultLeft(activity, late.Attempt, posted);
            }
        }
        catch (StoreException away)
        {
            // The run's owner finds out what can be found out without it, as if this process had died.
            logger.ResultNotLeft(activity, late.Attempt, away);
        }
    }

    private static Note.LateResult? NoteOf(RunCommand report) => report switch
    {
        RunCommand.ReportSuccess e => new Note.LateResult(e.Visit, e.Branch, e.Attempt, e.Output),
        RunCommand.ReportFailure { Failure.Class: not FailureClass.UnknownOutcome } e =>
            new Note.LateResult(e.Visit, e.Branch, e.Attempt, Failure: e.Failure),
        _ => null,
    };
}
