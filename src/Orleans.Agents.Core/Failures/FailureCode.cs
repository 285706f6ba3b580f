namespace Orleans.Agents.Failures;

/// <summary>
/// The codes this project itself gives to failures. They are stored, matched by <c>retry.on</c> and <c>catch.on</c>, and
/// listed in <c>docs/reference/failures.md</c>: a test compares.
/// </summary>
public static class FailureCode
{
    /// <summary>An activity ran longer than its state's <c>timeout</c>.</summary>
    public const string ActivityTimeout = "activity.timeout";

    /// <summary>A call was stopped because nobody waited for it any more.</summary>
    public const string ActivityCancelled = "activity.cancelled";

    /// <summary>Nobody knows whether a call with effect <c>once</c> happened.</summary>
    public const string UnknownOutcome = "activity.unknown_outcome";

    /// <summary>The engine met a fault of its own, or a tool's code threw, while it did an activity.</summary>
    public const string ActivityFault = "activity.fault";

    /// <summary>The run has asked for as many activities as its budget allows.</summary>
    public const string BudgetActivities = "budget.activities";

    /// <summary>The run has launched as many runs as its budget allows.</summary>
    public const string BudgetLaunches = "budget.launches";

    /// <summary>A child run would be deeper in its tree than the budget allows.</summary>
    public const string BudgetDepth = "budget.depth";

    /// <summary>A call may need more tokens than the run's budget has left.</summary>
    public const string BudgetTokens = "budget.tokens";

    /// <summary>A call may cost more than the run's budget has left.</summary>
    public const string BudgetCost = "budget.cost_usd";

    /// <summary>Attempts were under way, added up, for as long as the budget allows.</summary>
    public const string BudgetTime = "budget.time";

    /// <summary>The wall-clock deadline has passed.</summary>
    public const string Deadline = "run.deadline";

    /// <summary>Somebody asked for the run to stop.</summary>
    public const string Cancelled = "run.cancelled";

    /// <summary>The run's context would be larger than it may be.</summary>
    public const string ContextTooLarge = "context.too_large";

    /// <summary>A model would be told more than it may be in one attempt.</summary>
    public const string PromptTooLarge = "prompt.too_large";

    /// <summary>There are as many facts about a run as there may be.</summary>
    public const string HistoryTooLarge = "history.too_large";

    /// <summary>Processes ended without a word, one after the other, while they did a run's work: it is suspended.</summary>
    public const string CrashLoop = "run.crash_loop";

    /// <summary>The context of a run that was to be forked cannot be changed like that.</summary>
    public const string ContextEditInvalid = "context.edit_invalid";

    /// <summary>A run cannot be forked where it is settled how it ends.</summary>
    public const string ForkSettled = "run.fork_settled";

    /// <summary>A value is larger than a payload may be.</summary>
    public const string PayloadTooLarge = "payload.too_large";

    /// <summary>An output does not satisfy the schema that its state or agent asks for.</summary>
    public const string OutputInvalid = "output.invalid";

    /// <summary>An output cannot be kept, or would not mean the same to everybody who reads it.</summary>
    public const string OutputUnusable = "output.unusable";

    /// <summary>An input does not satisfy the schema of what it is for.</summary>
    public const string InputInvalid = "input.invalid";

    /// <summary>None of a state's <c>next</c> alternatives applies.</summary>
    public const string NoTransition = "workflow.no_transition";

    /// <summary>A state would be entered more often than its <c>max_visits</c> allows.</summary>
    public const string MaxVisits = "workflow.max_visits";

    /// <summary>A run moved through too many states without any activity or wait.</summary>
    public const string TransitionLimit = "workflow.transition_limit";

    /// <summary>A run has entered more states than a history may hold.</summary>
    public const string TooManyVisits = "run.too_many_visits";

    /// <summary>A <c>wait</c> gave a time that is not one.</summary>
    public const string WaitInvalid = "wait.invalid";

    /// <summary>A signal did not come within the <c>timeout</c> of the state that waits for it.</summary>
    public const string SignalTimeout = "signal.timeout";

    /// <summary>No state of the run's workflow waits for a signal of this name.</summary>
    public const string SignalUnknown = "signal.unknown";

    /// <summary>The payload of a signal cannot be used, or does not satisfy the schema of the states that wait for it.</summary>
    public const string SignalInvalid = "signal.invalid";

    /// <summary>The run keeps as many signals as it may that no state has waited for yet.</summary>
    public const string SignalsFull = "signal.too_many";

    /// <summary>A message would make its chain longer than it may be.</summary>
    public const string MessageHops = "message.hops";

    /// <summary>There is no run in the tree in which a message could be told.</summary>
    public const string MessageNoRun = "message.no_run";

    /// <summary>No state of the run that a message was sent to asks the agent that it is for.</summary>
    public const string MessageUnknown = "message.unknown";

    /// <summary>A run keeps as many messages as it may that no turn has been told yet.</summary>
    public const string MessagesFull = "message.too_many";

    /// <summary>Too few branches of a fan-out can succeed for what it needs.</summary>
    public const string Quorum = "branches.quorum";

    /// <summary>A fan-out was not done within the <c>timeout</c> of its state.</summary>
    public const string BranchesTimeout = "branches.timeout";

    /// <summary>A <c>foreach</c> was given something that is not a list.</summary>
    public const string NotAList = "foreach.not_a_list";

    /// <summary>A <c>foreach</c> was given more items than a run may have branches.</summary>
    public const string TooManyItems = "foreach.too_many_items";

    /// <summary>The <c>key</c> of an item is neither text nor a number.</summary>
    public const string KeyInvalid = "foreach.key_invalid";

    /// <summary>Two items of a <c>foreach</c> have the same <c>key</c>.</summary>
    public const string DuplicateKey = "foreach.duplicate_key";
}
