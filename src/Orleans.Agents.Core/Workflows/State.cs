using System.Collections.Immutable;
using Orleans.Agents.Budgets;
using Orleans.Agents.Expressions;
using Orleans.Agents.Schemas;
using Orleans.Agents.Tools;

namespace Orleans.Agents.Workflows;

/// <summary>A node of a workflow; a run is in one at a time.</summary>
public abstract record State
{
    private State()
    {
    }

    /// <summary>The author's name for it.</summary>
    public required string Name { get; init; }

    /// <summary>What it works on; null renders to <c>null</c>.</summary>
    public Template? Input { get; init; }

    /// <summary>What its output must satisfy.</summary>
    public Schema? OutputSchema { get; init; }

    /// <summary>What it adds to the context when it is left well; all of it sees the context as it was before.</summary>
    public ImmutableArray<Assignment> Save { get; init; } = [];

    /// <summary>Where the run goes next; the first alternative that applies.</summary>
    public ImmutableArray<Transition> Next { get; init; } = [];

    /// <summary>Where the run goes when the state fails; the first that matches.</summary>
    public ImmutableArray<Catch> Catch { get; init; } = [];

    /// <summary>When and how often a failed activity is tried again.</summary>
    public RetryRule Retry { get; init; } = RetryRule.Never;

    /// <summary>
    /// How long one attempt may take, null leaving it to the budget; of a fan-out, how long all of it may take by the
    /// wall clock, and of a wait for a signal how long that may take to come, null being for ever.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How often a run may enter it; null when only the budget bounds it.</summary>
    public int? MaxVisits { get; init; }

    /// <summary>Whether being in this state means that an activity is under way.</summary>
    public bool AsksForActivity => this is AgentCall or ToolCall or WorkflowCall or Launch;

    /// <summary>Whether it asks for several activities at once.</summary>
    public bool IsFanOut => this is Parallel or ForEach;

    /// <summary>What a branch asks for; the state itself where there are no branches.</summary>
    public State ActivityOf(int branch) => this switch
    {
        Parallel parallel => parallel.Branches[branch].Asks,
        ForEach each => each.Do,
        _ => this,
    };

    /// <summary>Asks an agent.</summary>
    public sealed record AgentCall(string Agent) : State;

    /// <summary>Calls a tool.</summary>
    /// <param name="Tool">Its name.</param>
    public sealed record ToolCall(string Tool) : State
    {
        /// <summary>
        /// <see cref="ToolEffect.Once"/> when the tool said so as the definition was loaded; else it may be repeated.
        /// </summary>
        public ToolEffect Effect { get; init; }

        /// <summary>Whether the tool can be asked what became of a call.</summary>
        public bool CanReconcile { get; init; }
    }

    /// <summary>Runs another workflow and waits for its end.</summary>
    /// <param name="Workflow">Its name; the run's own workflow says which one that is.</param>
    public sealed record WorkflowCall(string Workflow) : State
    {
        /// <summary>What it may use, as far as its author says; null is an equal share of what is left.</summary>
        public Cost? Budget { get; init; }
    }

    /// <summary>Starts a run of another workflow that nobody waits for; its output is the run's name.</summary>
    /// <param name="Workflow">Its name; the run's own workflow says which one that is.</param>
    public sealed record Launch(string Workflow) : State
    {
        /// <summary>What is handed over to it, as far as its author says; null is an equal share of what is left.</summary>
        public Cost? Budget { get; init; }
    }

    /// <summary>Asks for several things side by side.</summary>
    /// <param name="Branches">In the order of their names, which is the order of their numbers.</param>
    /// <param name="Settlement">When it is done, and what it does about branches that fail.</param>
    public sealed record Parallel(ImmutableArray<Branch> Branches, Settlement Settlement) : State;

    /// <summary>Asks for the same thing for each item of a list.</summary>
    /// <param name="Do">What is asked for: an agent, tool or workflow, with an input, a retry rule and a timeout of its own.</param>
    /// <param name="Each">The items.</param>
    /// <param name="Settlement">When it is done, and what it does about branches that fail.</param>
    public sealed record ForEach(State Do, Items Each, Settlement Settlement) : State;

    /// <summary>Computes; its output is its input.</summary>
    public sealed record Pass : State;

    /// <summary>Waits for a duration, or until a time that its template renders to. Exactly one is given.</summary>
    public sealed record Wait(TimeSpan? Duration, Template? Until) : State;

    /// <summary>
    /// Waits until somebody outside tells the run something, no longer than its timeout; its output is what was told.
    /// </summary>
    /// <param name="Signal">The name of what is told. All states that wait for one name have the same schema.</param>
    public sealed record Await(string Signal) : State;

    /// <summary>
    /// Sends an agent a message from another, and goes on at once; its input is what is told, its output the message's <c>id</c> and
    /// <c>hop</c>.
    /// </summary>
    /// <param name="To">The agent it is for.</param>
    /// <param name="From">The agent it is from.</param>
    /// <param name="Run">
    /// The run of the tree in which it is told: <see cref="Parent"/>, <see cref="Root"/> or a run's name; null is the run itself.
    /// </param>
    public sealed record Send(string To, string From, Expressions.Template? Run = null) : State
    {
        /// <summary>The run that started this one.</summary>
        public const string Parent = "parent";

        /// <summary>The run that all others of the tree come from.</summary>
        public const string Root = "root";
    }

    /// <summary>Ends the run with an output.</summary>
    public sealed record End(Template Output) : State;

    /// <summary>Ends the run with a failure.</summary>
    public sealed record Fail(string Code, Template Message) : State;
}

/// <summary>One name of the context and what it becomes.</summary>
public sealed record Assignment(string Name, Template Value);

/// <summary>One way out of a state; without a condition it always applies.</summary>
public sealed record Transition(Expression? When, string To);

/// <summary>One way out of a failed state.</summary>
/// <param name="On">Classes, codes, families of codes, or <c>*</c>.</param>
/// <param name="To">The state that goes on, with <c>error</c> in its scope.</param>
/// <param name="Save">What it adds to the context, with <c>error</c> in scope.</param>
public sealed record Catch(ImmutableArray<string> On, string To, ImmutableArray<Assignment> Save);
