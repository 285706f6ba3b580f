using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;

namespace Orleans.Agents.Simulation.Tests.Shell;

/// <summary>
/// Somebody who looks into the books of the world and decides about calls of which no run knows whether they happened.
/// </summary>
internal sealed class Judge(ShellWorld world, Random chance)
{
    /// <summary>Decides about one call that waits for it, at some process; false when none does.</summary>
    public bool DecideOne(SimulatedProcess process)
    {
        var waiting = world.Database.InOrder
            .Select(run => world.Watch.Of(run.Record.Id).State)
            .Where(state => state.Open.Values.Any(open => open.AwaitsDecision))
            .ToList();
        if (waiting.Count == 0)
        {
            return false;
        }

        var state = waiting[chance.Next(waiting.Count)];
        var (branch, open) = state.Open.First(open => open.Value.AwaitsDecision);
        var activity = new ActivityId(new RunId(state.Origin!.Run), state.Visit, branch);
        var verdict = world.Once.Find(state.KeyOf(branch), open.Attempt) switch
        {
            Reconciliation.Happened happened => new Verdict.Accept(happened.Output),
            _ when chance.Next(2) == 0 => new Verdict.Retry(),
            _ => (Verdict)new Verdict.Fail("it did not happen"),
        };
        process.Call(() => DecideAsync(process, activity, verdict));
        return true;
    }

    private async Task DecideAsync(SimulatedProcess process, ActivityId activity, Verdict verdict)
    {
        try
        {
            world.Trace.Add($"    {process.Number} is told to {verdict} about {activity}");
            var result = await process.Engine.DecideAsync(activity, verdict);
            world.Trace.Add($"    {process.Number} answers the decision with {result}");
        }
        catch (StoreException failed) when (failed.IsTransient)
        {
            world.Trace.Add($"    whoever decides about {activity} is told: {failed.Message}");
        }
        catch (InvalidOperationException) when (process.IsStopping || process.IsDead)
        {
            world.Trace.Add($"    whoever decides about {activity} came too late");
        }
        catch (Exception broken)
        {
            world.Fail(broken);
        }
    }
}
