using System.Collections.Immutable;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Simulation.Tests.Rules;

/// <summary>What decides in ring 1: the rules themselves, or the rules with a bug planted in them.</summary>
internal delegate Decision Decide(Workflow workflow, RunState state, RunCommand command, DateTimeOffset now);

/// <summary>
/// A carrier in ring 1: the protocol of the engine's host without tasks. It decides all that waits, stores it in one
/// append, sends an append whose answer got lost again, and lets the run go when the store refuses.
/// </summary>
internal sealed class RulesHost(Epoch epoch, Workflow workflow, Decide decide)
{
    private readonly HashSet<string> handedOver = new(StringComparer.Ordinal);
    private RulesAppend? unanswered;
    private readonly List<string> consumed = [];
    private ImmutableArray<RunWork> wanted = [];
    private bool isArranged;

    public Epoch Epoch => epoch;

    /// <summary>How far its clock is off.</summary>
    public TimeSpan Skew { get; set; }

    /// <summary>Whether the process stands still, and may be thought dead.</summary>
    public bool IsPaused { get; set; }

    /// <summary>The run's state as far as it is durable; null while the host does not carry it.</summary>
    public RunState? State
    {
        get;
        private set
        {
            field = value;
            wanted = value is null ? [] : Run.Outstanding(workflow, value);
        }
    }

    /// <summary>Whether it waits to hear what became of an append.</summary>
    public bool IsUncertain => unanswered is not null;

    public List<RunCommand> Inbox { get; } = [];

    /// <summary>Puts in what was left for the run: each note once, however often it is delivered.</summary>
    public void Deliver(IEnumerable<RulesNote> left)
    {
        foreach (var note in left.Where(note => handedOver.Add(note.Id)))
        {
            Inbox.Add(note.Command);
            consumed.Add(note.Id);
        }
    }

    /// <summary>Attempts that are under way here.</summary>
    public List<RunWork.Attempt> UnderWay { get; } = [];

    /// <summary>What is begun of what the state asks for.</summary>
    public HashSet<(ActivityId Activity, int Number)> Started { get; } = [];

    public void Open(RunState state)
    {
        State = state;
        wanted = []; // nothing is begun before the takeover is durable
        isArranged = false;
        Inbox.Clear();
        consumed.Clear();
        handedOver.Clear();
        Started.Clear();
    }

    /// <summary>What is to be done now.</summary>
    public IEnumerable<RunWork> Due(DateTimeOffset now) => wanted.Where(w => w switch
    {
        RunWork.Attempt attempt => !(attempt.NotBefore > now) && !Started.Contains((attempt.Activity, attempt.Number)),
        RunWork.WakeAt wake => wake.DueAt <= now,
        _ => throw new System.Diagnostics.UnreachableException(w.GetType().Name),
    });

    /// <summary>Decides what waits, and says what is to be stored; null when nothing is.</summary>
    public RulesAppend? Pump(DateTimeOffset now, TimeSpan parkAfter)
    {
        if (State is null || unanswered is not null)
        {
            return unanswered;
        }

        var next = State;
        var at = now;
        var events = ImmutableArray<RunEvent>.Empty;
        foreach (var command in Inbox)
        {
            if (decide(workflow, next, command is RunCommand.Suspend suspend && !isArranged ? suspend with { IsAtRest = true } : command, now) is Decision.Accepted accepted)
            {
                (at, events, next) = (accepted.At, events.AddRange(accepted.Events), accepted.Next);
            }
        }

        Inbox.Clear();
        if (!events.IsEmpty)
        {
            var isReleased = Parking.IsPossible(next, now + parkAfter, out var due);
            unanswered = new RulesAppend(epoch, State.Version, new Decision.Accepted(at, events, next), isReleased, due)
            {
                Consumed = [.. consumed],
            };
            consumed.Clear();
        }

        return unanswered;
    }

    /// <summary>The store answered to what was to be stored; says which attempts are told to stop.</summary>
    public IReadOnlyCollection<(ActivityId Activity, int Number)> Answered(RulesAppend append, Appended answer)
    {
        unanswered = null;
        isArranged = true;
        var next = append.Decision.Next;
        State = answer is not Appended.Stored || next.IsOver || append.IsReleased ? null : next;
        var unwanted = Started.ToHashSet();
        unwanted.ExceptWith(wanted.OfType<RunWork.Attempt>().Select(a => (a.Activity, a.Number)));
        Started.ExceptWith(unwanted);
        return unwanted;
    }
}
