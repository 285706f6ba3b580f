using Orleans.Agents.Runs;
using Orleans.Agents.Simulation.Tests.Shell;
using Orleans.Agents.Simulation.Tests.Workflows;
using Orleans.Agents.Tools;

namespace Orleans.Agents.Simulation.Tests.Families;

/// <summary>Those outside who send signals, too early or in time, decide what nobody knows, and let suspended runs go on.</summary>
internal sealed class FamilyFriends(List<FamilyRun> runs, OnceLedger once, Random chance)
{
    /// <summary>One of them does something for a run; sometimes there is nothing to do.</summary>
    public void Help()
    {
        var open = runs.FindAll(run => !run.State.IsOver && run.Notes.Count == 0);
        if (open.Count == 0)
        {
            return;
        }

        var waiting = open.FindAll(run => run.State.Awaited is not null || run.State.Suspension is not null || run.Watch.AwaitsDecision);
        var asked = waiting.Count > 0 ? waiting : open;
        var run = asked[chance.Next(asked.Count)];
        if (run.State.Suspension is not null && (run.State.Signals?.Count >= 3 || chance.Next(3) > 0))
        {
            run.Notes.Add(new RunCommand.Resume());
        }
        else if (run.Watch.AwaitsDecision)
        {
            Judge(run);
        }
        else if (SignalRules.NamesIn(run.Workflow).ToArray() is { Length: > 0 } names)
        {
            var isFull = run.State.Signals?.Count >= 3;
            var early = isFull ? null : names[chance.Next(names.Length)];
            var name = run.State.Awaited?.Signal is { } awaited && (isFull || chance.Next(3) > 0) ? awaited : early;
            if (name is null)
            {
                return;
            }

            var number = run.Told.GetValueOrDefault(name);
            run.Told[name] = number + 1;
            run.Watch.Sent(Script.Told(name, number));
            run.Notes.Add(Script.Told(name, number));
        }
    }

    private void Judge(FamilyRun run)
    {
        var (branch, open) = run.State.Open.First(open => open.Value.AwaitsDecision);
        var activity = new ActivityId(run.Id, run.State.Visit, branch);
        run.Notes.Add(new RunCommand.Decide(run.State.Visit, branch, open.Attempt, once.Find(activity, open.Attempt) switch
        {
            Reconciliation.Happened happened => new Verdict.Accept(happened.Output),
            _ when chance.Next(2) == 0 => new Verdict.Retry(),
            _ => new Verdict.Fail("it did not happen"),
        }));
    }
}
