using Orleans.Agents.Budgets;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Simulation.Tests.Workflows;

/// <summary>A run to which nothing bad happens: what all others of the same seed have to end like.</summary>
internal static class Undisturbed
{
    private const int MostSteps = 5_000;

    public static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static RunState Play(
        Workflow workflow, Script script, RunId run, Payload? input = null, Cost? allotted = null)
    {
        var now = Noon;
        var state = RunState.Initial;
        var told = new Dictionary<string, int>(StringComparer.Ordinal);
        Tell(new RunCommand.Start(run, Guid.Empty, input ?? Payload.EmptyObject, Allotted: allotted));
        for (var step = 0; !state.IsOver; step++)
        {
            if (step == MostSteps)
            {
                throw new BrokenInvariantException(Invariant.EveryRunEnds, "even undisturbed it goes on and on");
            }

            if (state.Awaited is { Signal: var signal })
            {
                var number = told.GetValueOrDefault(signal);
                told[signal] = number + 1;
                Tell(Script.Told(signal, number));
                continue;
            }

            var (due, command) = Next(Run.Outstanding(workflow, state)[0]);
            now = due > now ? due : now;
            Tell(command);
        }

        return state;

        void Tell(RunCommand command) =>
            state = Run.Decide(workflow, state, command, now) is Decision.Accepted accepted ? accepted.Next : state;

        RunCommand PlayChild(RunWork.StartChild child)
        {
            var (_, visit, branch) = child.Activity;
            now = child.NotBefore > now ? child.NotBefore.Value : now;
            var begun = (Decision.Accepted)Run.Decide(workflow, state, new RunCommand.StartChild(visit, branch, child.Number), now);
            state = begun.Next;
            var start = begun.Children[0];
            if (start.Parent.IsLaunched is true)
            {
                return new RunCommand.Wake(); // nobody waits for it
            }

            var end = Play(start.Workflow, script, start.Run, start.Input, start.Allotted);
            var output = end.Failure is null ? end.Output : (Payload?)null;
            return new RunCommand.ReportChild(visit, branch, child.Number, output, end.Failure, Books.Of(end));
        }

        (DateTimeOffset Due, RunCommand Command) Next(RunWork work) => work switch
        {
            RunWork.Attempt attempt => (attempt.NotBefore ?? now, script.Answer(attempt.Activity, attempt.Number)),
            RunWork.StartChild child => (child.NotBefore ?? now, PlayChild(child)),
            RunWork.WakeAt wake => (wake.DueAt, new RunCommand.Wake()),
            _ => throw new System.Diagnostics.UnreachableException(work.GetType().Name),
        };
    }

    /// <summary>How a run ended, as far as it should not depend on faults.</summary>
    public static string EndOf(RunState state) =>
        state.IsOver ? $"{state.Status} {state.Output} {state.Failure?.Code} {state.Failure?.Message}" : "not at all";
}
