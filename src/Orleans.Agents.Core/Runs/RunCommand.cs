using Orleans.Agents.Budgets;
using Orleans.Agents.Failures;
using Orleans.Agents.Messages;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Runs;

/// <summary>Something the outside world wants of a run, or tells it. Imperative; may be delivered more than once.</summary>
public abstract record RunCommand
{
    private RunCommand()
    {
    }

    /// <summary>Begin. The input has been checked against the workflow's schema.</summary>
    /// <param name="Run">The new run's name.</param>
    /// <param name="CorrelationId">A new UUID.</param>
    /// <param name="Input">What to work on.</param>
    /// <param name="Key">The caller's idempotency key.</param>
    /// <param name="Folder">What relative paths are relative to.</param>
    /// <param name="Env">The variables the definition may read; an object.</param>
    /// <param name="Epoch">The epoch of the process that starts it.</param>
    /// <param name="Parent">The run that starts it, when one does.</param>
    /// <param name="DepthLeft">How deep child runs may go below it; null leaves it to its own budget.</param>
    /// <param name="Allotted">What it may use at most; null leaves it to its own budget.</param>
    /// <param name="KeepsBooks">Whether something is set aside for each call; not where an older run is replayed.</param>
    /// <param name="Traceparent">The span that everything the run does hangs below, in W3C's form.</param>
    /// <param name="Sizes">How large things may become; null leaves it to <see cref="RunLimits"/>.</param>
    public sealed record Start(
        RunId Run,
        Guid CorrelationId,
        Payload Input,
        string? Key = null,
        string? Folder = null,
        Payload? Env = null,
        Epoch Epoch = default,
        RunParent? Parent = null,
        int? DepthLeft = null,
        Cost? Allotted = null,
        bool KeepsBooks = true,
        string? Traceparent = null,
        SizeLimits? Sizes = null)
        : RunCommand;

    /// <summary>Begin where another run stood.</summary>
    /// <param name="Checkpoint">That, as <see cref="Runs.Checkpoint"/> makes it.</param>
    public sealed record Fork(RunState Checkpoint) : RunCommand;

    /// <summary>Carry on under a new epoch: the first command of a run's new owner.</summary>
    /// <param name="Epoch">The epoch of the process that carries it from now on.</param>
    /// <param name="WasPutDown">Whether nobody had carried it since its last fact.</param>
    /// <param name="AfterCrash">Whether the process that carried it ended, or was cut off, without handing it over.</param>
    public sealed record TakeOver(Epoch Epoch, bool WasPutDown = false, bool AfterCrash = false) : RunCommand;

    /// <summary>An attempt finished well, after it had waited for a lane.</summary>
    public sealed record ReportSuccess(
        int Visit,
        int Branch,
        int Attempt,
        Payload Output,
        Usage? Usage = null,
        Books? Spent = null,
        TimeSpan? Waited = null) : RunCommand;

    /// <summary>An attempt finished badly, after it had waited for a lane.</summary>
    public sealed record ReportFailure(
        int Visit,
        int Branch,
        int Attempt,
        Failure Failure,
        Usage? Usage = null,
        Books? Spent = null,
        TimeSpan? Waited = null) : RunCommand;

    /// <summary>
    /// A call with effect <c>once</c> is about to be made. Only when this is accepted, and what follows is durable, may
    /// it be.
    /// </summary>
    public sealed record Intend(int Visit, int Branch, int Attempt, Epoch Epoch) : RunCommand;

    /// <summary>The tool was asked what became of a call.</summary>
    public sealed record ReportReconciled(int Visit, int Branch, int Attempt, Reconciliation Found) : RunCommand;

    /// <summary>Somebody decides about an attempt whose outcome is not known.</summary>
    public sealed record Decide(int Visit, int Branch, int Attempt, Verdict Verdict) : RunCommand;

    /// <summary>
    /// What became of a call with effect <c>once</c>, told by a process that carries the run no longer. That it happened
    /// settles what nobody knew; anything else is recorded, and changes nothing.
    /// </summary>
    public sealed record ReportLate(
        int Visit, int Branch, int Attempt, Payload? Output = null, Failure? Failure = null) : RunCommand;

    /// <summary>
    /// Start the run that an open activity asks for, to wait for it or not. What follows names it; both are stored together.
    /// </summary>
    public sealed record StartChild(int Visit, int Branch, int Attempt) : RunCommand;

    /// <summary>A child run is over.</summary>
    /// <param name="Visit">The visit that asked for it.</param>
    /// <param name="Branch">The branch of the visit.</param>
    /// <param name="Attempt">The attempt that it was.</param>
    /// <param name="Output">What it ended with, when it ended well.</param>
    /// <param name="Failure">Why it failed; null when it ended well.</param>
    /// <param name="Spent">Its books at its end; null when nobody knows.</param>
    public sealed record ReportChild(
        int Visit, int Branch, int Attempt, Payload? Output = null, Failure? Failure = null, Books? Spent = null) : RunCommand;

    /// <summary>Be put down, if all that is waited for comes from child runs or lies beyond a moment.</summary>
    public sealed record Rest(DateTimeOffset Beyond) : RunCommand;

    /// <summary>Somebody outside tells the run something that a state waits for, or will.</summary>
    /// <param name="Name">The name that states wait for.</param>
    /// <param name="Id">Names this one among all signals of the run; who delivers it sees that it comes once.</param>
    /// <param name="Payload">What is told.</param>
    public sealed record Signal(string Name, string Id, Payload Payload) : RunCommand;

    /// <summary>
    /// Begin nothing until <see cref="Resume"/>: no attempt, no child run, nothing that a moment or a signal leads to. What is
    /// under way is done to its end.
    /// </summary>
    /// <param name="Reason">Why, for people; what is beyond <see cref="RunLimits.ReasonLength"/> is cut off.</param>
    /// <param name="IsByParent">Whether the run that waits for this one is suspended.</param>
    /// <param name="IsAtRest">Whether whoever carries the run has begun nothing of what it asks for.</param>
    public sealed record Suspend(string? Reason = null, bool IsByParent = false, bool IsAtRest = false) : RunCommand;

    /// <summary>Go on after <see cref="Suspend"/>.</summary>
    /// <param name="IsByParent">
    /// Whether the run that waits for this one goes on; then it goes on with it, unless it was suspended for itself.
    /// </param>
    public sealed record Resume(bool IsByParent = false) : RunCommand;

    /// <summary>An agent of another run of the tree tells one of this run something.</summary>
    public sealed record Hear(AgentMessage Message) : RunCommand;

    /// <summary>A moment the run asked to be woken at has passed.</summary>
    public sealed record Wake : RunCommand;

    /// <summary>
    /// Stop: the run fails with <c>run.cancelled</c>, whatever it was doing. It first waits for what becomes of calls
    /// with effect <c>once</c>; asked again, it does not.
    /// </summary>
    /// <param name="Reason">Why, for people; what is beyond <see cref="RunLimits.ReasonLength"/> is cut off.</param>
    public sealed record Cancel(string? Reason = null) : RunCommand;
}
