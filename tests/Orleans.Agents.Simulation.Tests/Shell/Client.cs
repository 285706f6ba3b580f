using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;

namespace Orleans.Agents.Simulation.Tests.Shell;

/// <summary>Somebody who wants one run done, and asks whichever process is there until it is told that it exists.</summary>
internal sealed class Client(ShellWorld world, int number, Random chance)
{
    private readonly string key = $"key-{number}";
    private SimulatedProcess? asked;
    private bool knowsTheEnd;

    /// <summary>The run, once somebody said that it is started.</summary>
    public RunId? Run { get; private set; }

    /// <summary>Whether it has no answer to wait for, and something to ask.</summary>
    public bool IsFree => !knowsTheEnd && (asked is null || asked.IsDead);

    /// <summary>Asks a process for something, as fits what is known of the run.</summary>
    public void Ask(SimulatedProcess process)
    {
        asked = process;
        switch (Run)
        {
            case null:
                process.Call(() => AskAsync(() => StartAsync(process)));
                break;
            case { } run when chance.Next(40) == 0:
                process.Call(() => AskAsync(() => CancelAsync(process, run)));
                break;
            case { } run when chance.Next(2) == 0:
                process.Call(() => AskAsync(() => process.Engine.ResumeAsync(run)));
                break;
            case { } run:
                process.Call(() => AskAsync(() => WaitAsync(process, run)));
                break;
        }
    }

    private async Task StartAsync(SimulatedProcess process)
    {
        // Asked again, it may ask for another name: the key decides.
        var name = new RunId($"run-{number}{(chance.Next(3) == 0 ? "-again" : "")}");
        world.Trace.Add($"    {process.Number} is asked to start {name}");
        var result = await process.Engine.StartRunAsync(
            new StartRequest("plot", Payload.EmptyObject, key, name, CorrelationId: Guid.Empty));
        if (result is not StartResult.Started started)
        {
            throw new BrokenInvariantException(Invariant.NothingBreaks, $"the start of {name} was refused: {result}");
        }

        Invariant.Check(
            world.Database.FindByKey(key)?.Record.Id == started.Run,
            Invariant.AnswersAreDurable,
            $"{started.Run} is said to be started and is not in the database");
        Run = started.Run;
    }

    private async Task WaitAsync(SimulatedProcess process, RunId run)
    {
        var state = await process.Engine.WaitForEndAsync(run);
        world.Watch.Of(run).Carried(state);
        Invariant.Check(
            world.Watch.Of(run).State.IsOver, Invariant.AnswersAreDurable, $"{run} is said to be over and goes on in the database");
        knowsTheEnd = true;
    }

    // Asked again after a failure it is the same note, if the client says so, and another if it does not.
    private async Task CancelAsync(SimulatedProcess process, RunId run)
    {
        var note = chance.Next(2) == 0 ? $"{key}-cancelled" : $"{key}-cancelled-{chance.Next()}";
        world.Trace.Add($"    {process.Number} is asked to cancel {run}");
        var posted = await process.Engine.CancelAsync(run, "enough", note);
        Invariant.Check(
            posted is Posted.Stored or Posted.Repeated || (posted is Posted.RunIsOver && world.Watch.Of(run).State.IsOver),
            Invariant.AnswersAreDurable,
            $"the cancellation of {run} is answered with {posted}");
    }

    private async Task AskAsync(Func<Task> question)
    {
        try
        {
            await question();
        }
        catch (StoreException failed) when (failed.IsTransient)
        {
            world.Trace.Add($"    the client of {key} is told: {failed.Message}");
        }
        catch (InvalidOperationException) when (asked is not { IsStopping: false })
        {
            world.Trace.Add($"    the client of {key} came too late");
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
