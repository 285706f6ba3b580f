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
    private bool isPumping;
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
        this.services = services;
        this.onEnd = onEnd;
        this.onStored = onStored;
        writer = new RunWriter(id, workflow, tail, epoch, services);
        workbench = new RunWorkbench(this, services);
    }

    public RunId Id { get; }

    /// <summary>The epoch this process carries the run under.</summary>
    public Epoch Epoch { get; }

    public Workflow Workflow { get; }

    /// <summary>The run's state as far as it is durable.</summary>
    public RunState State { get; private set; }

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
                inbox.Add(message);
                if (!isPumping)
                {
                    isPumping = true;
                    services.Dispatch(this);
                }
            }
        }

        if (over is not null)
        {
            message.Answer.SetResult(new Told.NotHere(over));
        }

        return message.Answer.Task;
    }

    /// <summary>Stops carrying the run without a word to it: what is under way is abandoned, the store knows enough.</summary>
    public void Abandon() => Finish(new HostEnd.Stopped());

    /// <summary>Stops carrying the run because the epoch it was carried under is fenced.</summary>
    public void LetGo() => Finish(new HostEnd.Lost());

    void IThreadPoolWorkItem.Execute() => _ = PumpAsync();

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
        if (!events.IsEmpty)
        {
            var stored = await writer.StoreAsync(State, next, events, at);
            if (stored is not Appended.Stored)
            {
                Finish(stored is Appended.AlreadyStarted other ? new HostEnd.Duplicate(other.Run) : new HostEnd.Lost());
                AnswerTaken(new Told.NotHere(end!));
                return;
            }

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
            workbench.Arrange();
        }
    }

    private (Decision[] Decisions, ImmutableArray<RunEvent> Events, RunState Next, DateTimeOffset At) DecideTaken()
    {
        var now = services.Time.GetUtcNow();
        var next = State;
        var at = now;
        var events = ImmutableArray<RunEvent>.Empty;
        var decisions = new Decision[taken.Count];
        for (var i = 0; i < taken.Count; i++)
        {
            decisions[i] = Run.Decide(Workflow, next, taken[i].Command, now);
            if (decisions[i] is Decision.Accepted accepted)
            {
                events = events.AddRange(accepted.Events);
                next = accepted.Next;
                at = accepted.At;
            }
        }

        return (decisions, events, next, at);
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

    private sealed class RunMessage(RunCommand command)
    {
        public RunCommand Command { get; } = command;

        public TaskCompletionSource<Told> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>How a command to a host was answered.</summary>
internal abstract record Told
{
    private Told()
    {
    }

    /// <summary>The run decided; what follows is durable.</summary>
    public sealed record Answered(Decision Decision) : Told;

    /// <summary>The host no longer carries the run; nothing was decided, or nothing is known of it.</summary>
    public sealed record NotHere(HostEnd Why) : Told;
}

/// <summary>Why a host stopped carrying its run.</summary>
internal abstract record HostEnd
{
    private HostEnd()
    {
    }

    /// <summary>The run is over.</summary>
    public sealed record Over(RunState State) : HostEnd;

    /// <summary>The run waits for long and was released; it is carried again when it is due.</summary>
    public sealed record Parked : HostEnd;

    /// <summary>Another process owns the run.</summary>
    public sealed record Lost : HostEnd;

    /// <summary>The start key, or the name, belongs to another run.</summary>
    public sealed record Duplicate(RunId Run) : HostEnd;

    /// <summary>The process is shutting down.</summary>
    public sealed record Stopped : HostEnd;

    /// <summary>A fault of ours, or a store that refuses for good.</summary>
    public sealed record Broken(Exception Cause) : HostEnd;
}
