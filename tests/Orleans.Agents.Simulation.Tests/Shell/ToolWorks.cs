using System.Text.Json;
using Microsoft.Extensions.AI;
using Orleans.Agents.Failures;
using Orleans.Agents.Models;
using Orleans.Agents.Runs;
using Orleans.Agents.Simulation.Tests.Workflows;
using Orleans.Agents.Tools;

namespace Orleans.Agents.Simulation.Tests.Shell;

/// <summary>All calls of the tool that are under way, in all processes.</summary>
internal sealed class ToolWorks(ShellWorld world, Script script, Random chance)
{
    private readonly List<ToolWork> works = [];

    /// <summary>Whether some call could be answered now.</summary>
    public bool IsReady => works.Exists(w => w.Process is { IsDead: false, PausedAt: null });

    public async ValueTask<ToolResult> DoAsync(
        SimulatedProcess process, ToolCall call, bool isOnce, CancellationToken cancellation) =>
        (await MakeAsync(new ToolWork(process, call, isOnce), cancellation)).Result;

    /// <summary>Asks the model instead, which says what it used, or does not.</summary>
    public async Task<ChatResponse> AskAsync(SimulatedProcess process, AgentRequest request, CancellationToken cancellation)
    {
        var run = new RunId(JsonElement.Parse(request.Run.Utf8.Span).GetProperty("id").GetString()!);
        var call = new ToolCall(
            request.Input, request.Activity, request.Attempt, new Epoch(process.HostOf(run)!.State.Epoch), FileRoots.None)
        {
            Run = run,
        };
        var (result, usage) = await MakeAsync(new ToolWork(process, call, IsOnce: false) { AsksModel = true }, cancellation);
        if (result is not ToolResult.Succeeded { Output: var output })
        {
            throw new ModelException(((ToolResult.Failed)result).Failure);
        }

        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant, output.ToString()))
        {
            Usage = usage is null ? null : new UsageDetails
            {
                InputTokenCount = usage.InputTokens,
                OutputTokenCount = usage.OutputTokens,
            },
        };
        if (usage?.MicroUsd is { } cost)
        {
            ModelCost.State(response, cost);
        }

        return response;
    }

    private async Task<(ToolResult Result, Usage? Usage)> MakeAsync(ToolWork work, CancellationToken cancellation)
    {
        var (process, call, isOnce) = work;
        var watch = world.Watch.Of(call.Run);
        var activity = call.Activity with { Run = call.Run };
        try
        {
            world.Trace.Add($"    {process.Number} begins attempt {call.Attempt} at {activity} under {call.Epoch}");
            watch.Began(process.Number, call.Epoch, world.KnowsAll(process, call.Run), activity, call.Attempt);
            if (isOnce)
            {
                watch.Called(activity, call.Attempt);
            }

            works.Add(work);
            if (isOnce && chance.Next(2) == 0)
            {
                Change(work);
            }
        }
        catch (BrokenInvariantException broken)
        {
            world.Fail(broken); // the engine would take it for a failure of the tool
            throw;
        }

        var isObedient = chance.Next(4) > 0;
        await using var stop = cancellation.UnsafeRegister(
            _ =>
            {
                watch.Finished(process.Number, activity, call.Attempt);
                if (isObedient)
                {
                    works.Remove(work);
                    work.Answer.TrySetCanceled(cancellation);
                }
            },
            null);
        return (await work.Answer.Task, work.Usage);
    }

    /// <summary>What a process is told that asks what became of a call.</summary>
    public Reconciliation Reconcile(SimulatedProcess process, ToolCall call)
    {
        var found = chance.Next(4) == 0 ? new Reconciliation.Unknown("The books are closed today.") : world.Once.Find(call);
        world.Trace.Add($"    {process.Number} asks what became of attempt {call.Attempt} at {call.Activity}: {found}");
        return found;
    }

    /// <summary>Answers one call.</summary>
    public void FinishOne()
    {
        var ready = works.FindAll(w => w.Process is { IsDead: false, PausedAt: null });
        var work = ready[chance.Next(ready.Count)];
        works.Remove(work);
        if (!work.IsChanged)
        {
            Change(work);
        }

        var (activity, attempt) = (work.Call.Activity with { Run = work.Call.Run }, work.Call.Attempt);
        world.Watch.Of(activity.Run).Finished(work.Process.Number, activity, attempt);
        world.Trace.Add($"    {work.Process.Number} hears of attempt {attempt} at {activity}");
        work.Answer.TrySetResult(work.Result!);
        if (work.Report is { } report && chance.Next(8) == 0)
        {
            // From a messenger who heard no thanks: once more, before or after the first, or when the run has moved on.
            work.Process.Enqueue(() => work.Process.HostOf(activity.Run)?.Post(report));
        }
    }

    // What the script says happens in the world, if the world still lets the caller.
    private void Change(ToolWork work)
    {
        work.IsChanged = true;
        if (work.IsOnce && !world.Once.Admits(work.Call))
        {
            work.Result = new ToolResult.Failed(new Failure(FailureClass.Permanent, "sim.stale", "Somebody else carries the run."));
            return;
        }

        var report = script.Answer(work.Call.Activity, work.Call.Attempt);
        report = work.AsksModel ? report : WithoutUsage(report);
        world.Watch.Of(work.Call.Run).Gave(report);
        work.Report = report;
        switch (report)
        {
            case RunCommand.ReportSuccess good:
                if (work.IsOnce)
                {
                    world.Once.Happens(work.Call, good.Output);
                }

                work.Result = new ToolResult.Succeeded(good.Output);
                work.Usage = good.Usage;
                break;
            case RunCommand.ReportFailure bad:
                work.Result = new ToolResult.Failed(bad.Failure);
                break;
        }
    }

    /// <summary>A process is gone, and what it called with it.</summary>
    public void Forget(SimulatedProcess process) => works.RemoveAll(w => w.Process == process);

    // No tool says what it used.
    private static RunCommand WithoutUsage(RunCommand report) => report switch
    {
        RunCommand.ReportSuccess good => good with { Usage = null },
        RunCommand.ReportFailure bad => bad with { Usage = null },
        _ => report,
    };

    private sealed record ToolWork(SimulatedProcess Process, ToolCall Call, bool IsOnce)
    {
        /// <summary>Whether a model is asked, and not a tool.</summary>
        public bool AsksModel { get; init; }

        /// <summary>Whether it has had its effect.</summary>
        public bool IsChanged { get; set; }

        public ToolResult? Result { get; set; }

        /// <summary>What the run is to hear of it.</summary>
        public RunCommand? Report { get; set; }

        public Usage? Usage { get; set; }

        public TaskCompletionSource<ToolResult> Answer { get; } = new();
    }
}
