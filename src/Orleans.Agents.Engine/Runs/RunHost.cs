using System.Collections.Immutable;
using System.Diagnostics;
using Orleans.Agents.Activities;
using Orleans.Agents.Faults;
using Orleans.Agents.Journal;
using Orleans.Agents.Telemetry;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>
/// Carries one run: takes every command that is waiting, decides them in order, stores what follows in one append, then
/// answers and sees to the work. It adds no rules.
/// </summary>
internal sealed class RunHost : ILaneOwner, IThreadPoolWorkItem
{
    private static readonly Appended NothingToStore = new Appended.Stored();

    private readonly RunServices services;
    private readonly RunMailbox mailbox;
    private readonly RunWorkbench workbench;
    private readonly RunWriter writer;
    private readonly Action<RunHost, HostEnd> onEnd;
    private readonly Action<RunHost, Decision.Accepted>? onStored;
    private readonly Action<Beside>? onBeside;
    private List<RunMessage> taken = [];
    private RunSpans? spans;
    private Beside? beside;
    private bool isArranged;
    private bool isBorn;

    public RunHost(
        RunId id,
        Workflow workflow,
        RunState state,
        RunTail tail,
        Epoch epoch,
        RunServices services,
        Action<RunHost, HostEnd> onEnd,
        Action<RunHost, Decision.Accepted>? onStored,
        Action<Beside>? onBeside = null,
        bool isBorn = false)
    {
        Id = id;
        Workflow = workflow;
        State = state;
        Epoch = epoch;
        mailbox = new RunMailbox(awaitsTakeOver: state.Version > 0 && !isBorn);
        this.services = services;
        this.onEnd = onEnd;
        this.onStored = onStored;
        this.onBeside = onBeside;
        this.isBorn = isBorn;
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

    /// <inheritdoc/>
    public ActivityContext Span => spans?.Current?.Context ?? default;

    /// <summary>Whether this process carries the run still, as far as it knows.</summary>
    public bool IsCarrying => mailbox.End is null;

    /// <summary>Puts a command to the run; the answer comes when what follows from it is durable.</summary>
    public Task<Told> TellAsync(RunCommand command)
    {
        AttendIf(mailbox.Add(RunMessage.Asking(command, out var answer)));
        return answer;
    }

    /// <summary>Puts a command to the run to which nobody waits for an answer.</summary>
    public void Post(RunCommand command) => AttendIf(mailbox.Add(new RunMessage(command)));

    /// <summary>
    /// Tells the run how an attempt went; the attempt's lane is free when that is durable. The caller has nothing else to
    /// do, so what follows is done on its thread, unless somebody is at it already.
    /// </summary>
    public void Report(RunCommand report, LaneItem item)
    {
        if (mailbox.Add(new RunMessage(report, lane: item)))
        {
            _ = PumpAsync();
        }
    }

    /// <inheritdoc/>
    public void Abandoned(LaneItem item)
    {
        // Nobody waits for it: that is why it was cancelled.
    }

    /// <summary>Tells the run that it is carried from now on, and in the same breath what was left for it meanwhile.</summary>
    /// <param name="left">What was left for it.</param>
    /// <param name="wasPutDown">Whether nobody had carried it since its last fact.</param>
    /// <param name="afterCrash">Whether the process that carried it ended without handing it over.</param>
    public Task<Told> TakeOverAsync(ImmutableArray<LeftCommand> left, bool wasPutDown = false, bool afterCrash = false)
    {
        var takeOver = RunMessage.Asking(new RunCommand.TakeOver(Epoch, wasPutDown, afterCrash), out var answer);
        AttendIf(mailbox.AddTakeOver(takeOver, left));
        return answer;
    }

    /// <summary>Hands over what was left in the run's inbox: each note once, however often it is delivered.</summary>
    public void Deliver(ImmutableArray<LeftCommand> left) => AttendIf(mailbox.AddLeft(left));

    /// <summary>Stops carrying the run without a word to it: what is under way is abandoned, the store knows enough.</summary>
    public void Abandon() => Finish(new HostEnd.Stopped());

    /// <summary>Stops carrying the run because the epoch it was carried under is fenced.</summary>
    public void LetGo() => Finish(new HostEnd.Lost());

    void IThreadPoolWorkItem.Execute() => _ = PumpAsync();

    private void AttendIf(bool isNobodyAtIt)
    {
        if (isNobodyAtIt)
        {
            services.Dispatch(this);
        }
    }

    private async Task PumpAsync()
    {
        try
        {
            while (mailbox.Take(ref taken))
            {
                var (events, next, at) = DecideTaken();
                var notes = NotesOfTaken();
                Appended stored = events.IsEmpty && notes.IsEmpty ? NothingToStore
                    : events.IsEmpty ? await writer.ConsumeAsync(notes)
                    : AppendWatch.IsWanted ? await StoreWatchedAsync(events, next, notes, at)
                    : await writer.StoreAsync(State, next, events, notes, beside, at);
                Settle(stored, events, next, at);
            }
        }
        catch (Exception bug)
        {
            // A fault of ours in one run stops that run and says so; the process and its other runs live on.
            services.Logger.RunBroken(Id, bug);
            Finish(new HostEnd.Broken(bug));
            RefuseTaken();
        }
    }

    private ValueTask<Appended> StoreWatchedAsync(
        ImmutableArray<RunEvent> events, RunState next, ImmutableArray<string> notes, DateTimeOffset at) =>
        AppendWatch.StoreAsync(
            () => writer.StoreAsync(State, next, events, notes, beside, at), events, next, spans?.Current);

    private (ImmutableArray<RunEvent> Events, RunState Next, DateTimeOffset At) DecideTaken()
    {
        var now = services.Time.GetUtcNow();
        var next = State;
        var at = now;
        var events = ImmutableArray<RunEvent>.Empty;
        ImmutableArray<RunEvent>.Builder? several = null;
        beside = null;
        foreach (var message in taken)
        {
            message.Decision = Run.Decide(Workflow, next, CommandOf(message), now);
            if (message.Decision is Decision.Accepted accepted)
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
                if (Beside.IsNeeded(accepted))
                {
                    beside ??= new Beside(Id, Epoch, at, services, spans?.Current?.Id);
                    beside.Add(accepted);
                }
            }
        }

        return (several?.DrainToImmutable() ?? events, next, at);
    }

    // Only the carrier knows whether it has begun anything: with what was left for a run comes that it is taken over.
    private RunCommand CommandOf(RunMessage message) => message.Command is RunCommand.Suspend suspend && !isArranged
        ? suspend with { IsAtRest = true }
        : message.Command;

    // What was decided is durable, or the run is not ours to carry.
    private void Settle(Appended stored, ImmutableArray<RunEvent> events, RunState next, DateTimeOffset at)
    {
        if (stored is not Appended.Stored)
        {
            Finish(stored is Appended.AlreadyStarted other ? new HostEnd.Duplicate(other.Run) : new HostEnd.Lost());
            RefuseTaken();
            return;
        }

        var before = State;
        if (!events.IsEmpty)
        {
            State = next;
            services.Faults.Reached(KillPoint.BeforeDispatch);
            onStored?.Invoke(this, new Decision.Accepted(at, events, next));
        }

        Tell(before, events);

        if (beside is not null)
        {
            onBeside?.Invoke(beside);
        }

        foreach (var message in taken)
        {
            message.Answer();
        }

        if (writer.HasReleased || State.IsOver)
        {
            Finish(State.IsOver ? new HostEnd.Over(State) : new HostEnd.Parked());
        }
        else if (!events.IsEmpty || isBorn)
        {
            workbench.Arrange(isArranged
                ? WorkChange.Between(Workflow, before, events, State)
                : WorkChange.Whole(Workflow, State));
            isArranged = true;
            isBorn = false;
        }
    }

    // Spans follow what is durable, for whoever wants to know.
    private void Tell(RunState before, ImmutableArray<RunEvent> events)
    {
        if ((spans is not null || Spans.AreWanted) && (isBorn || !events.IsEmpty))
        {
            var isNew = before.Version == 0;
            spans ??= RunSpans.Begin(isNew ? State with { State = "" } : before, Epoch, isResumed: !isNew && !isBorn);
            spans.Follow(events, State);
        }
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

    private void RefuseTaken()
    {
        foreach (var message in taken)
        {
            message.Refuse(mailbox.End!);
        }
    }

    private void Finish(HostEnd how)
    {
        if (mailbox.Close(how) is not { } left)
        {
            return;
        }

        workbench.Clear();
        spans?.End(how.Name, (how as HostEnd.Over)?.State.Failure);
        onEnd(this, how);
        foreach (var message in left)
        {
            message.Refuse(how);
        }
    }
}
