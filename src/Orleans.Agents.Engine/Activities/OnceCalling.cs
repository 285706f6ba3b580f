using System.Diagnostics;
using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Activities;

/// <summary>
/// Makes calls that must not be made twice: after their intent is durable, and with the truth about what is not known.
/// </summary>
internal static class OnceCalling
{
    /// <summary>
    /// Has the intent of a call stored, and looks once more whether the run is this process's. A process that is held up
    /// between this look and the call can still call late; the tool is given the activity and the epoch for that.
    /// </summary>
    /// <returns>Whether the call may be made, at once.</returns>
    /// <exception cref="OperationCanceledException">The time is over, or nobody waits for the call any more.</exception>
    public static async Task<bool> AnnounceAsync(LaneItem item, CancellationToken cancellation)
    {
        var (_, visit, branch) = item.Attempt.Activity;
        var intend = new RunCommand.Intend(visit, branch, item.Attempt.Number, item.Epoch);
        var told = await item.Host.TellAsync(intend);

        // Something else may follow from it: that the run's deadline has passed.
        if (told is not Told.Answered { Decision: Decision.Accepted { Events: [RunEvent.ActivityIntended, ..] } })
        {
            return false;
        }

        item.Stage = CallStage.Intended;
        cancellation.ThrowIfCancellationRequested();
        if (!item.Host.IsCarrying)
        {
            return false;
        }

        item.Stage = CallStage.Made;
        return true;
    }

    /// <summary>What the run is told of a call whose intent is stored: always something, or it would wait for ever.</summary>
    public static RunCommand Report(LaneItem item, ActivityOutcome outcome, bool isCancelled)
    {
        var isMade = item.Stage is CallStage.Made;
        return outcome switch
        {
            ActivityOutcome.Succeeded succeeded => ActivityPerformer.Report(item, succeeded),
            ActivityOutcome.Failed failed => ActivityPerformer.Report(item, failed.Failure),
            ActivityOutcome.Lost lost => ActivityPerformer.Report(item, Unknown(lost.Cause)),
            ActivityOutcome.Refused => ActivityPerformer.Report(item, NotMade()),
            ActivityOutcome.Stopped when !isMade => ActivityPerformer.Report(item, NotMade()),
            ActivityOutcome.Stopped when isCancelled => ActivityPerformer.Report(item, Unknown(new Failure(
                FailureClass.Cancelled, FailureCode.ActivityCancelled, "The call was cancelled while it was being made."))),
            ActivityOutcome.Stopped => ActivityPerformer.Report(item, Unknown(ActivityPerformer.TookTooLong(item))),
            _ => throw new UnreachableException(outcome.GetType().Name),
        };
    }

    /// <summary>What the run is told when the tool was asked what became of a call.</summary>
    public static RunCommand Report(LaneItem item, ActivityOutcome outcome)
    {
        var (_, visit, branch) = item.Attempt.Activity;
        return new RunCommand.ReportReconciled(visit, branch, item.Attempt.Number, outcome switch
        {
            ActivityOutcome.Reconciled { Found: Reconciliation.Happened { Output: var output } }
                when Objection(item, output) is { } objection => new Reconciliation.Unknown(objection),
            ActivityOutcome.Reconciled reconciled => reconciled.Found,
            ActivityOutcome.Failed failed => new Reconciliation.Unknown(failed.Failure.Message),
            ActivityOutcome.Stopped => new Reconciliation.Unknown("The tool did not answer in time."),
            _ => throw new UnreachableException(outcome.GetType().Name),
        });
    }

    private static string? Objection(LaneItem item, Payload output) =>
        PayloadLint.Find(output) is { } flaw ? $"It happened; its output cannot be used: {flaw}."
        : item.Asked.OutputSchema?.Validate(output) is { IsValid: false } wrong
            ? $"It happened; its output does not satisfy the schema of state '{item.Asked.Name}': {wrong}"
            : null;

    private static Failure Unknown(Failure cause) => new(
        FailureClass.UnknownOutcome,
        FailureCode.UnknownOutcome,
        $"Nobody knows what became of it: {cause.Message}",
        Cause: cause);

    private static Failure NotMade() => new(
        FailureClass.Timeout,
        FailureCode.ActivityTimeout,
        "The call was not made: no time was left for it, or nobody waited for it any more.");
}
