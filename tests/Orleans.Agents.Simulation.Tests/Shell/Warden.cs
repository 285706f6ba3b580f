using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Simulation.Tests.Shell;

/// <summary>
/// Somebody who suspends runs, children among them, and lets them go on: as long as things go wrong the one and the other,
/// then only the latter.
/// </summary>
internal sealed class Warden(ShellWorld world, Random chance)
{
    private int asked;

    /// <summary>Suspends or resumes a run at some process; false when there is none to do it to.</summary>
    public bool AskOne(SimulatedProcess process)
    {
        var open = world.Database.InOrder.Where(run => !run.Record.Row.IsOver).Select(run => run.Record.Id).ToList();
        var suspended = open.FindAll(run => world.Watch.Of(run).State.Suspension is not null);
        if (suspended.Count > 0 && (!world.HasFaults || chance.Next(3) > 0))
        {
            var run = suspended[chance.Next(suspended.Count)];
            process.Call(() => AskAsync(process, run, () => process.Engine.ResumeAsync(run)));
            return true;
        }

        if (open.Count == 0 || !world.HasFaults || chance.Next(4) > 0)
        {
            return false;
        }

        var other = open[chance.Next(open.Count)];
        process.Call(() => AskAsync(process, other, () => SuspendAsync(process, other)));
        return true;
    }

    private async Task SuspendAsync(SimulatedProcess process, RunId run)
    {
        var note = $"suspended-by-warden-{++asked}";
        world.Trace.Add($"    {process.Number} is asked to suspend {run}");
        var posted = await process.Engine.SuspendAsync(run, "wait", note);
        Invariant.Check(
            posted is Posted.Stored ? world.Database.Find(run)!.Notes.Contains(note)
                : posted is Posted.RunIsOver && world.Watch.Of(run).State.IsOver,
            Invariant.AnswersAreDurable,
            $"that {run} is to be suspended is answered with {posted}");
    }

    private async Task AskAsync(SimulatedProcess process, RunId run, Func<Task> question)
    {
        try
        {
            await question();
        }
        catch (StoreException failed) when (failed.IsTransient)
        {
            world.Trace.Add($"    the warden of {run} is told: {failed.Message}");
        }
        catch (InvalidOperationException) when (process.IsStopping || process.IsDead)
        {
            world.Trace.Add($"    the warden of {run} came too late");
        }
        catch (Exception broken)
        {
            world.Fail(broken);
        }
    }
}
