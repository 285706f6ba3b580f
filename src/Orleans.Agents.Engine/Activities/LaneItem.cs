using Orleans.Agents.Activities.Lending;
using Orleans.Agents.Runs;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Activities;

/// <summary>One attempt to be made in a lane, from the moment it is asked for until its result is durable.</summary>
/// <param name="host">Who is told how it went.</param>
/// <param name="state">The run's state that asks for it.</param>
/// <param name="attempt">The attempt.</param>
internal sealed class LaneItem(ILaneOwner host, RunState state, RunWork.Attempt attempt) : IThreadPoolWorkItem
{
    // Less than that is not worth being stored with every result; it counts as time under way.
    private static readonly TimeSpan LeastWait = TimeSpan.FromMilliseconds(100);

    private ActivityLanes? lanes;
    private long queued;
    private TimeSpan waited;
    private CancellationTokenSource? cancellation;
    private volatile bool isCancelled;

    /// <summary>Who is told how it went.</summary>
    public ILaneOwner Host { get; } = host;

    /// <summary>The definition the run is pinned to.</summary>
    public Workflow Workflow => Host.Workflow;

    /// <summary>The run's state that asks for it.</summary>
    public RunState State { get; } = state;

    /// <summary>The attempt.</summary>
    public RunWork.Attempt Attempt { get; } = attempt;

    /// <summary>The idempotency key: for a run that was forked, that of the run which asked for the activity first.</summary>
    public ActivityId Key => State.KeyOf(Attempt.Activity.Branch);

    /// <summary>What is asked for: by the state, or by one of its branches.</summary>
    public State Asked { get; } = host.Workflow.States[attempt.State].ActivityOf(attempt.Activity.Branch);

    /// <summary>What tells this carrier of the run from those before it: greater after every takeover.</summary>
    public Epoch Epoch => new(State.Epoch);

    /// <summary>Whether the tool is not to be called but asked what became of the call.</summary>
    public bool IsReconciliation { get; init; }

    /// <summary>How far a call that must not be made twice has come.</summary>
    public CallStage Stage { get; set; }

    /// <summary>Whether nobody waits for it any more, or its lane is being closed.</summary>
    public bool IsCancelled => isCancelled;

    /// <summary>Who makes it, when it found no lane here.</summary>
    public Loan? Lent { get; set; }

    /// <summary>Ends the attempt because the run no longer asks for it; after its end that means nothing.</summary>
    public void Cancel(Dispatch dispatch)
    {
        isCancelled = true;
        Lent?.Cancel(this);
        if (Interlocked.Exchange(ref cancellation, null) is { } underWay)
        {
            _ = dispatch.CancelAsync(underWay);
        }
    }

    /// <summary>
    /// How long there was no free lane for it, here or elsewhere; null when that is too little to be told, or was before the
    /// intent of its call, from which its time is counted.
    /// </summary>
    public TimeSpan? Waited => Stage is CallStage.NotIntended && waited >= LeastWait
        ? TimeSpan.FromMilliseconds((long)waited.TotalMilliseconds)
        : null;

    /// <summary>Begins to wait for a lane.</summary>
    public void Queue(TimeProvider time) => queued = time.GetTimestamp();

    /// <summary>Waits no more: it has a lane, or is offered to another process.</summary>
    public void Dequeue(TimeProvider time) => waited += time.GetElapsedTime(queued);

    /// <summary>Takes its place in a lane.</summary>
    public void Enter(ActivityLanes lane) => lanes = lane;

    /// <summary>Says that what it reported is durable or of no use, so that its lane is free.</summary>
    public void Leave() => lanes!.Release(this);

    /// <summary>Says that its run is not carried here any more and could not be told.</summary>
    public void Leave(RunCommand untold) => lanes!.Release(this, untold);

    /// <summary>Begins the attempt and the time it may take.</summary>
    public CancellationToken Begin(TimeSpan limit, TimeProvider time)
    {
        var source = new CancellationTokenSource(limit, time);
        var token = source.Token;
        Interlocked.Exchange(ref cancellation, source);
        if (isCancelled)
        {
            source.Cancel(); // nobody has registered anything with it yet
        }

        return token;
    }

    /// <summary>Ends the attempt's time. Whoever cancels it at this moment lets go of the timer instead.</summary>
    public void End() => Interlocked.Exchange(ref cancellation, null)?.Dispose();

    void IThreadPoolWorkItem.Execute() => _ = lanes!.MakeAsync(this);
}

/// <summary>How far a call that must not be made twice has come.</summary>
internal enum CallStage
{
    /// <summary>No intent is stored, or none is needed.</summary>
    NotIntended,

    /// <summary>Its intent is durable; it was not made.</summary>
    Intended,

    /// <summary>It is made: from now on only its tool knows whether it happened.</summary>
    Made,
}
