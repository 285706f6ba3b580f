using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Orleans.Agents.Failures;
using Orleans.Agents.Faults;
using Orleans.Agents.Models;
using Orleans.Agents.Runs;
using Orleans.Agents.Telemetry;
using Orleans.Agents.Tools;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Activities;

/// <summary>Makes one attempt at an activity, and says how it went whatever happens in it.</summary>
internal sealed class ActivityPerformer(
    AgentCaller agents, ToolCaller tools, FaultPlan faults, TimeProvider time, ILogger logger)
{
    /// <summary>
    /// Makes the attempt.
    /// </summary>
    /// <returns>The report for the run; null when the attempt was cancelled, so that nobody waits for one.</returns>
    public async ValueTask<RunCommand?> PerformAsync(LaneItem item)
    {
        var token = item.Begin(Shortened(item.Attempt.Timeout), time);
        var outcome = AttemptWatch.IsWanted ? await WatchAsync(item, token) : await TryAsync(item, token);
        item.End();
        if (!item.IsReconciliation && item.Stage is not CallStage.Intended && outcome is not ActivityOutcome.Refused)
        {
            faults.Record(item.Attempt.Activity, item.Attempt.Number, item.Epoch);
        }

        faults.Reached(KillPoint.AfterEffect);
        return item.IsReconciliation ? OnceCalling.Report(item, outcome)
            : item.Stage is CallStage.NotIntended ? Report(item, outcome, item.IsCancelled)
            : OnceCalling.Report(item, outcome, item.IsCancelled);
    }

    private static RunCommand? Report(LaneItem item, ActivityOutcome outcome, bool isCancelled) => outcome switch
    {
        ActivityOutcome.Succeeded succeeded => Report(item, succeeded),
        ActivityOutcome.Failed failed => Report(item, failed.Failure, failed.Usage),
        ActivityOutcome.Refused => null,
        ActivityOutcome.Stopped when isCancelled => null,
        ActivityOutcome.Stopped => Report(item, TookTooLong(item)),
        _ => throw new UnreachableException(outcome.GetType().Name),
    };

    private async ValueTask<ActivityOutcome> WatchAsync(LaneItem item, CancellationToken cancellation)
    {
        var watch = AttemptWatch.Begin(item);
        var outcome = await TryAsync(item, cancellation);
        watch.End(outcome);
        return outcome;
    }

    private async ValueTask<ActivityOutcome> TryAsync(LaneItem item, CancellationToken cancellation)
    {
        try
        {
            return Checked(item, item.Asked switch
            {
                State.AgentCall call => await agents.CallAsync(item, item.Workflow.Agents[call.Agent], cancellation),
                State.ToolCall call when item.IsReconciliation =>
                    new ActivityOutcome.Reconciled(await tools.ReconcileAsync(item, call, cancellation)),
                State.ToolCall call => await tools.CallAsync(item, call, cancellation),
                var other => throw new UnreachableException(other.GetType().Name),
            });
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return new ActivityOutcome.Stopped();
        }
        catch (Exception thrown)
        {
            // Agents and tools are other people's code; whatever they throw is a failure of the activity.
            logger.ActivityThrew(item.Attempt.Activity, item.Attempt.Number, thrown);
            return FailedOrLost(item, new Failure(
                FailureClass.Permanent,
                FailureCode.ActivityFault,
                $"{thrown.GetType().Name}: {thrown.Message}"));
        }
    }

    private static ActivityOutcome Checked(LaneItem item, ActivityOutcome outcome) =>
        outcome is ActivityOutcome.Succeeded { Output: var output }
        && item.Asked.OutputSchema?.Validate(output) is { IsValid: false } wrong
            ? FailedOrLost(item, ActivityOutcome.InvalidOutput($"state '{item.Asked.Name}'", wrong, output), UsageOf(outcome))
            : outcome;

    // What may have had its effect, or has had it and gave an output that is no use, must not be tried again for that.
    private static ActivityOutcome FailedOrLost(LaneItem item, Failure failure, Usage? usage = null) =>
        item.Stage is CallStage.Made ? new ActivityOutcome.Lost(failure) : new ActivityOutcome.Failed(failure, usage);

    private static Usage? UsageOf(ActivityOutcome outcome) => (outcome as ActivityOutcome.Succeeded)?.Usage;

    /// <summary>The report of an attempt that produced an output.</summary>
    public static RunCommand.ReportSuccess Report(LaneItem item, ActivityOutcome.Succeeded succeeded)
    {
        var (_, visit, branch) = item.Attempt.Activity;
        return new RunCommand.ReportSuccess(
            visit, branch, item.Attempt.Number, succeeded.Output, succeeded.Usage, Waited: item.Waited);
    }

    /// <summary>The report of an attempt that did not.</summary>
    public static RunCommand.ReportFailure Report(LaneItem item, Failure failure, Usage? usage = null)
    {
        var (_, visit, branch) = item.Attempt.Activity;
        return new RunCommand.ReportFailure(visit, branch, item.Attempt.Number, failure, usage, Waited: item.Waited);
    }

    /// <summary>The failure of an attempt that ran out of time.</summary>
    public static Failure TookTooLong(LaneItem item) => new(
        FailureClass.Timeout,
        FailureCode.ActivityTimeout,
        $"The attempt took longer than the {item.Attempt.Timeout} it was given.");

    // A timer can be set for 49 days at most; an attempt that is given more has no limit worth a timer.
    private static TimeSpan Shortened(TimeSpan timeout) =>
        timeout < TimeSpan.FromDays(40) ? timeout : Timeout.InfiniteTimeSpan;
}
