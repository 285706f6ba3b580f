using System.Collections.Immutable;
using System.Globalization;
using Orleans.Agents.Runs;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Replays;

/// <summary>A run that never was: told what another one was told, as far as it asks for the same.</summary>
internal sealed class OtherRun(Workflow workflow)
{
    // A definition that goes round in waits would never come to an end by itself.
    private const int MostSteps = 10_000;

    private readonly List<RunEvent> facts = [];
    private readonly Dictionary<MissingResult, Queue<RunCommand>> kept = [];
    private readonly Dictionary<int, (string State, int Cycle)> theirVisits = [];
    private readonly Dictionary<(string State, int Cycle), int> ourVisits = [];
    private DateTimeOffset now;

    public RunState State { get; private set; } = RunState.Initial;

    public IReadOnlyList<RunEvent> Facts => facts;

    /// <summary>Why it did not begin; null when it did.</summary>
    public string? Refusal { get; private set; }

    /// <summary>How many of the results that were recorded it has not asked for.</summary>
    public int Unused => kept.Values.Sum(results => results.Count(IsResult));

    /// <summary>Tells it what the recorded run was told in a state.</summary>
    public void Tell(Workflow pinned, RunState recorded, RunCommand command, DateTimeOffset at)
    {
        now = at;
        theirVisits[recorded.Visit] = PlaceOf(recorded);
        switch (command)
        {
            case RunCommand.Start start:
                Refusal = workflow.InputSchema?.Validate(start.Input) is { IsValid: false } wrong
                    ? $"The input does not satisfy its schema: {wrong}"
                    : Decide(start);
                break;
            case RunCommand.Fork { Checkpoint: var begun }:
                Refusal = Decide(new RunCommand.Fork(begun with { Origin = begun.Origin! with { Hash = workflow.Hash } }));
                break;
            case var late when ResultPlace.VisitOf(late) is { } of && ResultPlace.Of(late) is var (branch, attempt)
                && !Run.IsCurrent(recorded, of, branch, attempt):
                if (theirVisits.TryGetValue(of, out var left) && ourVisits.TryGetValue(left, out var visit))
                {
                    Decide(ResultPlace.Move(late, visit, branch));
                }

                break;
            case var _ when ResultPlace.Of(command) is { } place:
                Keep(KeyOf(pinned, recorded, place.Branch, place.Attempt), command);
                break;
            default:
                Decide(command);
                break;
        }

        UseKept();
    }

    /// <summary>Goes on by itself: with what is kept, children that begin and waits that end.</summary>
    public void GoOn()
    {
        for (var steps = 0; steps < MostSteps && !State.IsOver && Refusal is null; steps++)
        {
            UseKept();
            if (!StartChild() && !EndWait())
            {
                return;
            }
        }
    }

    /// <summary>What it asks for still.</summary>
    public ImmutableArray<MissingResult> Missing() => State.IsOver
        ? []
        : [.. State.Open.Select(open => KeyOf(workflow, State, open.Key, open.Value.Attempt))];

    private static (string State, int Cycle) PlaceOf(RunState state) => (state.State, state.Visits.GetValueOrDefault(state.State));

    private static bool IsResult(RunCommand command) =>
        command is RunCommand.ReportSuccess or RunCommand.ReportFailure or RunCommand.ReportChild or RunCommand.ReportLate;

    private static MissingResult KeyOf(Workflow definition, RunState state, int branch, int attempt) => new(
        state.State,
        state.Visits.GetValueOrDefault(state.State),
        state.FanOut is null || !definition.States.TryGetValue(state.State, out var asked)
            ? ""
            : FanOutRules.NameOf(asked, state, branch),
        attempt);

    private void Keep(MissingResult key, RunCommand command)
    {
        if (!kept.TryGetValue(key, out var results))
        {
            kept[key] = results = new Queue<RunCommand>();
        }

        results.Enqueue(command);
    }

    // What one result leads to may ask for the next.
    private void UseKept()
    {
        while (kept.Count > 0 && Refusal is null && FindUsable() is var (key, branch) && branch >= 0)
        {
            var command = kept[key].Dequeue();
            if (kept[key].Count == 0)
            {
                kept.Remove(key);
            }

            Decide(ResultPlace.Move(command, State.Visit, branch));
        }
    }

    private (MissingResult Key, int Branch) FindUsable()
    {
        foreach (var key in kept.Keys)
        {
            if (key.State == State.State
                && key.Cycle == State.Visits.GetValueOrDefault(key.State)
                && BranchOf(key.Branch) is { } branch
                && State.Open.TryGetValue(branch, out var open)
                && open.Attempt == key.Attempt)
            {
                return (key, branch);
            }
        }

        return (default, -1);
    }

    private int? BranchOf(string name)
    {
        if (State.FanOut is not { } fan)
        {
            return name.Length == 0 ? 0 : null;
        }

        var place = workflow.States[State.State] is Workflows.State.Parallel parallel
                ? parallel.Branches.Select(branch => branch.Name).ToList().IndexOf(name)
            : fan.Keys is { } keys ? keys.IndexOf(name)
            : int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : -1;
        return place < 0 ? null : place;
    }

    // A run begins without anybody's answer; what becomes of it is not known here.
    private bool StartChild()
    {
        foreach (var (branch, open) in State.Open)
        {
            if (open.Child is null && workflow.States[State.State].ActivityOf(branch) is Workflows.State.WorkflowCall or Workflows.State.Launch)
            {
                now = open.Since > now ? open.Since : now;
                return Decide(new RunCommand.StartChild(State.Visit, branch, open.Attempt)) is null;
            }
        }

        return false;
    }

    // Only what waits for time alone: whether somebody would have come in time is not known here.
    private bool EndWait()
    {
        if (State.IsOver || State.WakeAt is not { } due || workflow.States[State.State] is not Workflows.State.Wait)
        {
            return false;
        }

        now = due > now ? due : now;
        return Decide(new RunCommand.Wake()) is null;
    }

    // Why nothing follows, when nothing does.
    private string? Decide(RunCommand command)
    {
        switch (Run.Decide(workflow, State, command, now))
        {
            case Decision.Accepted accepted:
                facts.AddRange(accepted.Events);
                State = accepted.Next;
                ourVisits[PlaceOf(State)] = State.Visit;
                return null;
            case Decision.Rejected rejected:
                return rejected.Why;
            case Decision.Ignored ignored:
                return ignored.Why;
            case var decision:
                throw new System.Diagnostics.UnreachableException(decision.GetType().Name);
        }
    }
}
