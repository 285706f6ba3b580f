using System.Collections.Immutable;
using Orleans.Agents.Faults;
using Orleans.Agents.Journal;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>
/// Carries one run: takes every command that is waiting, decides them in order, stores what follows in one append, then
/// answers and sees to the work. It adds no rules.
/// </summary>
internal sealed class RunHost : IThreadPoolWorkItem
{
    private readonly Lock gate = new();
    private readonly RunServices services;
    private readonly RunWorkbench workbench;
    private readonly RunWriter writer;
    private readonly Action<RunHost, HostEnd> onEnd;
    private readonly Action<RunHost, Decision.Accepted>? onStored;
    private List<RunMessage> inbox = [];
    private List<RunMessage> taken = [];
    private HashSet<string>? handedOver;
    private bool awaitsTakeOver;
    private bool isPumping;
    private bool isArranged;
    private HostEnd? end;

    public RunHost(
        RunId id,
        Workflow workflow,
        RunState state,
        RunTail tail,
        Epoch epoch,
        RunServices services,
        Action<RunHost, HostEnd> onEnd,
        Action<RunHost, Decision.Accepted>? onStored)
    {
        Id = id;
        Workflow = workflow;
        State = state;
        Epoch = epoch;
        awaitsTakeOver = state.Version > 0;
        this.services = services;
        this.onEnd = onEnd;
        this.onStored = onStored;
        writer = new RunWriter(id, workflow, tail, epoch, services);
        workbench = new RunWorkbench(this, services);
    }

    public RunId Id { get; }

    /// <summary>Its place in the order in which the hosts of this process were made.</summary>
    public long Number { get; init; }

    /// <summary>The epoch this process carries the run under.</summary>
    public Epoch Epoch { get; }

    public Workflow Workflow { get; }

    /// <summary>The run's state as far as it is durable.</summary>
    public RunState State { get; private set; }

    /// <summary>Whether this process carries the run still, as far as it knows.</summary>
    public bool IsCarrying
    {
        get
        {
            lock (gate)
            {
                return end is null;
            }
        }
    }

    /// <summary>Puts a command to the run; the answer comes when what follows from it is durable.</summary>
    public Task<Told> TellAsync(RunCommand command)
    {
        var message = new RunMessage(command);
        HostEnd? over;
        lock (gate)
        {
            over = end;
            if (over is null)
            {
                Enqueue(message);
            }
        }

        if (over is not null)
        {
            message.Answer.SetResult(new Told.NotHere(over));
        }

        return message.Answer.Task;
    }

    /// <summary>Tells the run that it is carried from now on, and in the same breath what was left for it meanwhile.</summary>
    public Task<Told> TakeOverAsync(ImmutableArray<LeftCommand> left)
    {
        lock (gate)
        {
            // Together, so that a run that was cancelled meanwhile does not first begin its work again.
            var told = TellAsync(new RunCommand.TakeOver(Epoch));
            awaitsTakeOver = false;
            Deliver(left);
            return told;
        }
    }

    /// <summary>Hands over what was left in the run's inbox: each note once, however often it is delivered.</summary>
    public void Deliver(ImmutableArray<LeftCommand> left)
    {
        lock (gate)
        {
            if (left.IsEmpty || awaitsTakeOver || end is not null)
            {
                return; // they come again: with the takeover, at the keeper's next look, or to the run's next carrier
            }

            handedOver ??= new HashSet<string>(StringComparer.Ordinal);
            foreach (var (note, command) in left)
            {
                if (handedOver.Add(note))
                {
                    Enqueue(new RunMessage(command, note));
                }
            }
        }
    }

    /// <summary>Stops carrying the run without a word to it: what is under way is abandoned, the store knows enough.</summary>
    public void Abandon() => Finish(new HostEnd.Stopped());

    /// <summary>Stops carrying the run because the epoch it was carried under is fenced.</summary>
    public void LetGo() => Finish(new HostEnd.Lost());

    void IThreadPoolWorkItem.Execute() => _ = PumpAsync();

    private void Enqueue(RunMessage message)
    {
        inbox.Add(message);
        if (!isPumping)
        {
            isPumping = true;
            services.Dispatch(this);
        }
    }

    private async Task PumpAsync()
    {
        try
        {
            while (TakeInbox())
            {
                await HandleAsync();
            }
        }
        catch (Exception bug)
        {
            // A fault of ours in one run stops that run and says so; the process and its other runs live on.
            services.Logger.RunBroken(Id, bug);
            Finish(new HostEnd.Broken(bug));
            AnswerTaken(new Told.NotHere(end!));
        }
    }

    private bool TakeInbox()
    {
        lock (gate)
        {
            taken.Clear();
            (inbox, taken) = (taken, inbox);
            isPumping = taken.Count > 0 && end is null;
            return isPumping;
        }
    }

    private async Task HandleAsync()
    {
        var (decisions, events, next, at) = DecideTaken();
        var before = State;
        var notes = NotesOfTaken();
        if (!events.IsEmpty || !notes.IsEmpty)
        {
            var stored = await (events.IsEmpty
                ? writer.ConsumeAsync(notes)
                : writer.StoreAsync(State, next, events, notes, at));
            if (stored is not Appended.Stored)
            {
                Finish(stored is Appended.AlreadyStarted other ? new HostEnd.Duplicate(other.Run) : new HostEnd.Lost());
                AnswerTaken(new Told.NotHere(end!));
                return;
            }
        }

        if (!events.IsEmpty)
        {
            State = next;
            services.Faults.Reached(KillPoint.BeforeDispatch);
            onStored?.Invoke(this, new Decision.Accepted(at, events, next));
        }

        for (var i = 0; i < taken.Count; i++)
        {
            taken[i].Answer.SetResult(new Told.Answered(decisions[i]));
        }

        if (writer.HasReleased || State.IsOver)
        {
            Finish(State.IsOver ? new HostEnd.Over(State) : new HostEnd.Parked());
        }
        else if (!events.IsEmpty)
        {
            workbench.Arrange(isArranged
                ? WorkChange.Between(Workflow, before, events, State)
                : WorkChange.Whole(Workflow, State));
            isArranged = true;
        }
    }

    private (Decision[] Decisions, ImmutableArray<RunEvent> Events, RunState Next, DateTimeOffset At) DecideTaken()
    {
        var now = services.Time.GetUtcNow();
        var next = State;
        var at = now;
        var events = ImmutableArray<RunEvent>.Empty;
        ImmutableArray<RunEvent>.Builder? several = null;
        var decisions = new Decision[taken.Count];
        for (var i = 0; i < taken.Count; i++)
        {
            decisions[i] = Run.Decide(Workflow, next, taken[i].Command, now);
            if (decisions[i] is Decision.Accepted accepted)
            {
                if (events.IsEmpty)
                {
                    events = accepted.Events; // mostly there is one, and its events are all there are
                }
                else
                {
                    several ??= events.ToBuilder();
                    several.AddRange(accepted.Events);
                }

                next = accepted.Next;
                at = accepted.At;
            }
        }

        return (decisions, several?.DrainToImmutable() ?? events, next, at);
    }

    private ImmutableArray<string> NotesOfTaken()
    {
        var notes = ImmutableArray<string>.Empty;
        foreach (var message in taken)
        {
            notes = message.Note is { } note ? notes.Add(note) : notes;
        }

        return notes;
    }

    private void AnswerTaken(Told told)
    {
        foreach (var message in taken)
        {
            message.Answer.TrySetResult(told);
        }
    }

    private void Finish(HostEnd how)
    {
        List<RunMessage> left;
        lock (gate)
        {
            if (end is not null)
            {
                return;
            }

            end = how;
            left = inbox;
            inbox = [];
        }

        workbench.Clear();
        onEnd(this, how);
        foreach (var message in left)
        {
            message.Answer.TrySetResult(new Told.NotHere(how));
        }
    }
}
