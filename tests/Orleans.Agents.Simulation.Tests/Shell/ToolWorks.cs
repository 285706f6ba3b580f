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

    public async ValueTask<ToolResult> DoAsync(SimulatedProcess process, ToolCall call, CancellationToken cancellation)
    {
        var work = new ToolWork(process, call);
        var watch = world.Watch.Of(call.Activity.Run);
        world.Trace.Add($"    {process.Number} begins attempt {call.Attempt} at {call.Activity} under {call.Epoch}");
        watch.Began(process.Number, call.Epoch, world.KnowsAll(process, call.Activity.Run), call.Activity, call.Attempt);
        works.Add(work);
        var isObedient = chance.Next(4) > 0;
        await using var stop = cancellation.UnsafeRegister(
            _ =>
            {
                watch.Finished(process.Number, call.Activity, call.Attempt);
                if (isObedient)
                {
                    works.Remove(work);
                    work.Answer.TrySetCanceled(cancellation);
                }
            },
            null);
        return await work.Answer.Task;
    }

    /// <summary>Answers one call.</summary>
    public void FinishOne()
    {
        var ready = works.FindAll(w => w.Process is { IsDead: false, PausedAt: null });
        var work = ready[chance.Next(ready.Count)];
        works.Remove(work);
        var (activity, attempt) = (work.Call.Activity, work.Call.Attempt);
        var report = script.Answer(activity, attempt);
        var watch = world.Watch.Of(activity.Run);
        watch.Gave(report);
        watch.Finished(work.Process.Number, activity, attempt);
        world.Trace.Add($"    {work.Process.Number} hears of attempt {attempt} at {activity}");
        work.Answer.TrySetResult(report switch
        {
            RunCommand.ReportSuccess good => new ToolResult.Succeeded(good.Output),
            RunCommand.ReportFailure bad => new ToolResult.Failed(bad.Failure),
            _ => throw new System.Diagnostics.UnreachableException(report.GetType().Name),
        });
    }

    /// <summary>A process is gone, and what it called with it.</summary>
    public void Forget(SimulatedProcess process) => works.RemoveAll(w => w.Process == process);

    private sealed record ToolWork(SimulatedProcess Process, ToolCall Call)
    {
        public TaskCompletionSource<ToolResult> Answer { get; } = new();
    }
}
