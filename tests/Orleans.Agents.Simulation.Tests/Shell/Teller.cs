using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Simulation.Tests.Workflows;

namespace Orleans.Agents.Simulation.Tests.Shell;

/// <summary>
/// People who send signals to runs: too early, in time, again and again until they hear that one arrived, and sometimes once
/// more after that. Those of one name they send one after the other.
/// </summary>
internal sealed class Teller(ShellWorld world, Plot plot, Random chance)
{
    private const int MostEarly = 3;

    private readonly Dictionary<(RunId Run, string Signal), Sent> sent = [];

    /// <summary>Sends something to a run that may have use for it, at some process; false when none has.</summary>
    public bool TellOne(SimulatedProcess process)
    {
        var open = world.Database.InOrder
            .Where(run => !run.Record.Row.IsOver)
            .Select(run => (Run: run.Record.Id, world.Watch.Of(run.Record.Id).State, Names: SignalRules.NamesIn(plot.Of(run.Record.Hash)).ToArray()))
            .Where(run => run.Names.Length > 0)
            .ToList();
        var waiting = open.FindAll(run => run.State.Awaited is not null);
        var asked = waiting.Count > 0 && chance.Next(4) > 0 ? waiting : open;
        if (asked.Count == 0)
        {
            return false;
        }

        var (run, state, names) = asked[chance.Next(asked.Count)];
        var name = state.Awaited?.Signal is { } awaited && chance.Next(4) > 0 ? awaited : names[chance.Next(names.Length)];
        if (!sent.TryGetValue((run, name), out var books))
        {
            // A forked run has heard what the other one had by then.
            sent.Add((run, name), books = new Sent { Next = world.Watch.Of(run).CountHeard(name) });
        }

        var isBusy = books.At is { IsDead: false };
        var isFull = (state.Awaited?.Signal != name || state.Suspension is not null) && (state.Signals?.Count ?? 0) >= MostEarly;
        var number = books.Next > 0 && (isFull || chance.Next(5) == 0) ? chance.Next(books.Next) : books.Next;
        if (isBusy || (isFull && number == books.Next))
        {
            return false;
        }

        books.At = process;
        process.Call(() => TellAsync(process, run, name, number, books));
        return true;
    }

    private async Task TellAsync(SimulatedProcess process, RunId run, string name, int number, Sent books)
    {
        var told = Script.Told(name, number);
        try
        {
            world.Trace.Add($"    {process.Number} is asked to tell {run}: {told}");
            world.Watch.Of(run).Sent(told);
            var result = await process.Engine.SignalAsync(run, name, told.Payload, told.Id);
            world.Trace.Add($"    {process.Number} answers {run} {told.Id} with {result}");
            var isOver = world.Watch.Of(run).State is { IsOver: true } or { Ending: not null };
            Invariant.Check(
                result switch
                {
                    SignalResult.Sent or SignalResult.SentBefore => world.Database.Find(run)!.Notes.Contains($"signal-{told.Id}"),
                    SignalResult.Refused { Failure.Code: "run.over" } => isOver,
                    _ => false,
                },
                Invariant.AnswersAreDurable,
                $"signal {told.Id} to {run} is answered with {result}");
            books.Next = Math.Max(books.Next, number + 1);
        }
        catch (StoreException failed) when (failed.IsTransient)
        {
            world.Trace.Add($"    whoever tells {run} is told: {failed.Message}");
        }
        catch (InvalidOperationException) when (process.IsStopping || process.IsDead)
        {
            world.Trace.Add($"    whoever tells {run} came too late");
        }
        catch (Exception broken)
        {
            world.Fail(broken);
        }
        finally
        {
            books.At = null;
        }
    }

    /// <summary>What was sent to a run under one name.</summary>
    private sealed class Sent
    {
        /// <summary>The number of the one that is not known to have arrived.</summary>
        public int Next { get; set; }

        /// <summary>Where the question is that is not answered yet.</summary>
        public SimulatedProcess? At { get; set; }
    }
}
