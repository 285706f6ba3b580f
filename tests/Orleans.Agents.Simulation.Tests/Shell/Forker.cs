using Orleans.Agents.Forks;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Simulation.Tests.Workflows;
using Orleans.Agents.Tools;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Simulation.Tests.Shell;

/// <summary>
/// Somebody who begins runs where others stood, over or not, and asks again under the same name until it is said that the new one is
/// there. What became of calls that must not be made twice is left out: one of two runs that wish for the same call may have it
/// refused.
/// </summary>
internal sealed class Forker(ShellWorld world, Plot plot, Random chance)
{
    private readonly int most = chance.Next(3);
    private int wished;
    private ForkRequest? wanted;
    private SimulatedProcess? asked;

    /// <summary>Now and then forks a run at one of some processes; false when it does not.</summary>
    public bool ForkOne(IReadOnlyList<SimulatedProcess> up)
    {
        if (up.Count == 0 || asked is { IsDead: false } || chance.Next(10) > 0)
        {
            return false;
        }

        wanted ??= wished < most && world.HasFaults ? Choose() : null;
        if (wanted is not { } request)
        {
            return false;
        }

        asked = up[chance.Next(up.Count)];
        asked.Call(() => AskAsync(asked, request));
        return true;
    }

    private ForkRequest? Choose()
    {
        var runs = world.Database.InOrder;
        if (runs.Count == 0)
        {
            return null;
        }

        var run = runs[chance.Next(runs.Count)];
        var workflow = plot.Of(run.Record.Hash);
        var cuts = world.Watch.Of(run.Record.Id).Cuts.Where(state => MayFork(workflow, state)).Select(state => state.Version).ToList();
        return cuts.Count == 0
            ? null
            : new ForkRequest(run.Record.Id, cuts[chance.Next(cuts.Count)], new RunId($"fork-{++wished}"), CorrelationId: Guid.Empty);
    }

    private static bool MayFork(Workflow workflow, RunState state) =>
        state is { Status: RunStatus.Running, Ending: null } && !state.Open.Keys.Any(branch =>
            workflow.States[state.State].ActivityOf(branch) is State.ToolCall { Effect: ToolEffect.Once });

    private async Task ForkAsync(SimulatedProcess process, ForkRequest request)
    {
        world.Trace.Add($"    {process.Number} is asked to fork {request.Run} at {request.At} as {request.As}");
        var result = await process.Engine.ForkAsync(request);
        Invariant.Check(
            result is StartResult.Started started && world.Database.Find(started.Run) is not null,
            Invariant.AnswersAreDurable,
            $"the fork {request.As} of {request.Run} at {request.At} is answered with {result}");
        wanted = null;
    }

    private async Task AskAsync(SimulatedProcess process, ForkRequest request)
    {
        try
        {
            await ForkAsync(process, request);
        }
        catch (StoreException failed) when (failed.IsTransient)
        {
            world.Trace.Add($"    whoever forks {request.Run} is told: {failed.Message}");
        }
        catch (InvalidOperationException) when (process.IsStopping || process.IsDead)
        {
            world.Trace.Add($"    whoever forks {request.Run} came too late");
        }
        catch (Exception broken)
        {
            world.Fail(broken);
        }
        finally
        {
            asked = null;
        }
    }
}
