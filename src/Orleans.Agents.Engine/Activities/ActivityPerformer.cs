using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Orleans.Agents.Failures;
using Orleans.Agents.Faults;
using Orleans.Agents.Models;
using Orleans.Agents.Runs;
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
    public async Task<RunCommand?> PerformAsync(LaneItem item, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Shortened(item.Attempt.Timeout), time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        var outcome = await TryAsync(item, linked.Token);
        faults.Record(item.Attempt.Activity, item.Attempt.Number, new Epoch(item.State.Epoch));
        faults.Reached(KillPoint.AfterEffect);
        return outcome switch
        {
            ActivityOutcome.Succeeded succeeded => Report(item, succeeded),
            ActivityOutcome.Failed failed => Report(item, failed.Failure),
            ActivityOutcome.Stopped when cancellation.IsCancellationRequested => null,
            ActivityOutcome.Stopped => Report(item, new Failure(
                FailureClass.Timeout,
                FailureCode.ActivityTimeout,
                $"The attempt took longer than the {item.Attempt.Timeout} it was given.")),
            _ => throw new UnreachableException(outcome.GetType().Name),
        };
    }

    private async Task<ActivityOutcome> TryAsync(LaneItem item, CancellationToken cancellation)
    {
        try
        {
            return Checked(item, item.Workflow.States[item.Attempt.State] switch
            {
                State.AgentCall call => await agents.CallAsync(item, item.Workflow.Agents[call.Agent], cancellation),
                State.ToolCall call => await tools.CallAsync(item, call.Tool, cancellation),
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
            return new ActivityOutcome.Failed(new Failure(
                FailureClass.Permanent,
                FailureCode.ActivityFault,
                $"{thrown.GetType().Name}: {thrown.Message}"));
        }
    }

    private static ActivityOutcome Checked(LaneItem item, ActivityOutcome outcome) =>
        outcome is ActivityOutcome.Succeeded { Output: var output }
        && item.Workflow.States[item.Attempt.State].OutputSchema?.Validate(output) is { IsValid: false } wrong
            ? new ActivityOutcome.Failed(ActivityOutcome.InvalidOutput($"state '{item.Attempt.State}'", wrong, output))
            : outcome;

    private static RunCommand.ReportSuccess Report(LaneItem item, ActivityOutcome.Succeeded succeeded)
    {
        var (_, visit, branch) = item.Attempt.Activity;
        return new RunCommand.ReportSuccess(visit, branch, item.Attempt.Number, succeeded.Output, succeeded.Usage);
    }

    private static RunCommand.ReportFailure Report(LaneItem item, Failure failure)
    {
        var (_, visit, branch) = item.Attempt.Activity;
        return new RunCommand.ReportFailure(visit, branch, item.Attempt.Number, failure);
    }

    // A timer can be set for 49 days at most; an attempt that is given more has no limit worth a timer.
    private static TimeSpan Shortened(TimeSpan timeout) =>
        timeout < TimeSpan.FromDays(40) ? timeout : Timeout.InfiniteTimeSpan;
}
