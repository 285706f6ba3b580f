using System.Collections.Immutable;
using Orleans.Agents.Budgets;
using Orleans.Agents.Expressions;
using Orleans.Agents.Schemas;

namespace Orleans.Agents.Workflows;

/// <summary>
/// A definition as a run is pinned to it: the workflow with everything it refers to, resolved. Nothing outside it and the
/// run's own events decides anything.
/// </summary>
public sealed record Workflow
{
    /// <summary>The version of the expression language and of the rules, stored with each run.</summary>
    public const int CurrentLanguage = 1;

    /// <summary>The author's name for it.</summary>
    public required string Name { get; init; }

    /// <summary>The author's version of it, for people; the hash decides.</summary>
    public string? Version { get; init; }

    /// <summary>The hash of the workflow with everything it refers to: 64 hexadecimal digits.</summary>
    public required string Hash { get; init; }

    /// <summary>What a run's input must satisfy; null when anything goes.</summary>
    public Schema? InputSchema { get; init; }

    /// <summary>The context a run begins with, over its input.</summary>
    public ImmutableArray<Assignment> Context { get; init; } = [];

    /// <summary>What a run may use.</summary>
    public Budget Budget { get; init; } = Budget.Default;

    /// <summary>How long chains of messages between agents may be.</summary>
    public HopLimits Hops { get; init; } = HopLimits.Default;

    /// <summary>How long a run may take by the wall clock; null when it may take for ever.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>The state a run begins in.</summary>
    public required string Start { get; init; }

    /// <summary>All states by name.</summary>
    public required ImmutableSortedDictionary<string, State> States { get; init; }

    /// <summary>The agents that states ask, by name.</summary>
    public ImmutableSortedDictionary<string, Agent> Agents { get; init; } =
        ImmutableSortedDictionary.Create<string, Agent>(StringComparer.Ordinal);

    /// <summary>
    /// The hashes of the workflows that states run, by name: which definition that is was settled when this one was loaded.
    /// </summary>
    public ImmutableSortedDictionary<string, string> Calls { get; init; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>The workflows that states run, by hash, but for the workflow itself; there where a run is carried.</summary>
    public ImmutableSortedDictionary<string, Workflow> Children { get; init; } =
        ImmutableSortedDictionary.Create<string, Workflow>(StringComparer.Ordinal);

    /// <summary>What the run may do.</summary>
    public Policy Policy { get; init; } = Policy.Nothing;

    /// <summary>The workflow that a state runs.</summary>
    public Workflow Called(string name)
    {
        var hash = Calls[name];
        return hash == Hash ? this : Children[hash];
    }
}

/// <summary>How many messages a chain may have, in which each is sent by an agent that was told the one before.</summary>
/// <param name="Linear">Where nobody stands in it twice.</param>
/// <param name="Cyclic">Where somebody does.</param>
public sealed record HopLimits(int Linear, int Cyclic)
{
    /// <summary>What holds where an author says nothing.</summary>
    public static HopLimits Default { get; } = new(3, 5);
}

/// <summary>What a run may use. Documented defaults apply where an author names none.</summary>
/// <param name="Activities">How many attempts at activities.</param>
/// <param name="Time">How long attempts may be under way, added up; waiting is free.</param>
/// <param name="Depth">How deep runs may go that are started below a run; null where nobody says.</param>
/// <param name="Launches">How many runs a run may launch; null where nobody says.</param>
/// <param name="Tokens">How many tokens models may read and write; null where nobody says.</param>
/// <param name="MicroUsd">What models may cost, in millionths of a US dollar; null where nobody says.</param>
/// <param name="Exceeded">
/// The state that a run goes to when the budget does not allow what it wants and no <c>catch</c> says otherwise, once.
/// </param>
public sealed record Budget(
    long Activities,
    TimeSpan Time,
    int? Depth = null,
    long? Launches = null,
    long? Tokens = null,
    long? MicroUsd = null,
    string? Exceeded = null)
{
    /// <summary>How many tokens models may read and write where nobody says.</summary>
    public const long DefaultTokens = 10_000_000;

    /// <summary>What models may cost where nobody says: 10 US dollars.</summary>
    public const long DefaultMicroUsd = 10_000_000;

    /// <summary>How many runs a run may launch where nobody says.</summary>
    public const long DefaultLaunches = 100;

    /// <summary>How deep runs may go where nobody says.</summary>
    public const int DefaultDepth = 10;

    /// <summary>1,000 attempts at activities and one hour of active time.</summary>
    public static Budget Default { get; } = new(1_000, TimeSpan.FromHours(1));
}

/// <summary>What a run may do beyond computing: the union of the policies its definition names.</summary>
/// <param name="Read">Folders its tools may read; each renders to a path.</param>
/// <param name="Write">Folders its tools may write; each renders to a path.</param>
/// <param name="Env">Environment variables that expressions may read.</param>
public sealed record Policy(ImmutableArray<Template> Read, ImmutableArray<Template> Write, ImmutableArray<string> Env)
{
    /// <summary>No file access, no environment.</summary>
    public static Policy Nothing { get; } = new([], [], []);
}

/// <summary>An agent as far as the rules and the caller of models need it.</summary>
public sealed record Agent
{
    /// <summary>The author's name for it.</summary>
    public required string Name { get; init; }

    /// <summary>The name of the model that answers, registered with the engine.</summary>
    public required string Model { get; init; }

    /// <summary>What the model is told it is, over the agent's input.</summary>
    public Template? Instructions { get; init; }

    /// <summary>What the model is asked, over the agent's input; null sends the input itself as JSON.</summary>
    public Template? Prompt { get; init; }

    /// <summary>What its input must satisfy.</summary>
    public Schema? InputSchema { get; init; }

    /// <summary>What its output must satisfy; without one the output is the model's text.</summary>
    public Schema? OutputSchema { get; init; }

    /// <summary>The output schema as the model is told it.</summary>
    public Values.Payload? OutputSchemaDocument { get; init; }

    /// <summary>What the <c>offline</c> model answers; the first case that applies.</summary>
    public ImmutableArray<AnswerCase> Answers { get; init; } = [];

    /// <summary>How varied answers are, 0 to 2; null leaves it to the model.</summary>
    public decimal? Temperature { get; init; }

    /// <summary>The most tokens of one answer; null leaves it to the model.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>What its model costs; null where nobody says, so that money bounds nothing of it.</summary>
    public Price? Price { get; init; }

    /// <summary>How often it may be called, in all runs together; null for as often as anybody likes.</summary>
    public CallRate? Rate { get; init; }
}

/// <summary>One thing the offline model may answer.</summary>
/// <param name="When">When it applies; null always.</param>
/// <param name="Answer">The answer over the agent's input; null when it rehearses a failure.</param>
/// <param name="Fail">The failure it rehearses; null when it answers.</param>
public sealed record AnswerCase(Expression? When, Template? Answer, Failures.Failure? Fail);
