using System.Collections.Immutable;
using System.Globalization;
using Orleans.Agents.Budgets;
using Orleans.Agents.Definitions.Sources;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Definitions.Drafts;

/// <summary>A document as it was found.</summary>
/// <param name="Kind">What stands under <c>kind</c>.</param>
/// <param name="Name">Its name; empty when it has none.</param>
/// <param name="Root">All of it.</param>
/// <param name="Spec">What it says; null when it says nothing that can be read.</param>
internal sealed record DocumentDraft(string Kind, string Name, Node Root, Node? Spec)
{
    public string? Version { get; init; }

    /// <summary>Where its name stands.</summary>
    public Node NameNode { get; init; } = Root;
}

/// <summary>A schema where one is used: written there, or the name of a document.</summary>
internal sealed record SchemaUse(Node Node, Node? Name);

/// <summary>A retry rule with gaps.</summary>
internal sealed record RetryDraft(
    int? Attempts, TimeSpan? Backoff, decimal? Factor, TimeSpan? Max, decimal? Jitter, ImmutableArray<string>? On)
{
    public static RetryDraft Empty { get; } = new(null, null, null, null, null, null);

    /// <summary>The pauses one by one, where somebody names them.</summary>
    public ImmutableArray<TimeSpan> Pauses { get; init; } = [];
}

/// <summary>What kind of state it is, as far as it can be told.</summary>
internal enum StateKind
{
    Unknown,
    Agent,
    Tool,
    Workflow,
    Launch,
    Parallel,
    ForEach,
    Message,
    Pass,
    Wait,
    Await,
    End,
    Fail,
}

internal sealed record TransitionDraft(Node Node, Node? When, Node? To);

internal sealed record CatchDraft(Node Node, ImmutableArray<Node> On, Node? To, ImmutableArray<Member> Save);

/// <summary>A state with gaps.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Key">Where its name stands.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Subject">The agent, the tool, the workflow, who a message is for, the wait, the signal, the output, or the code of the failure.</param>
internal sealed record StateDraft(string Name, Node Key, StateKind Kind, Node? Subject)
{
    public Node? Duration { get; init; }

    public Node? Until { get; init; }

    public Node? Message { get; init; }

    /// <summary>Who a message is from.</summary>
    public Node? Sender { get; init; }

    /// <summary>In which run a message is told.</summary>
    public Node? Recipient { get; init; }

    /// <summary>What a fan-out does in its branches, as if each were a state: by name, or once for all items.</summary>
    public ImmutableArray<StateDraft> Branches { get; init; } = [];

    public FanOutDraft? FanOut { get; init; }

    public string? Description { get; init; }

    public Node? Input { get; init; }

    public SchemaUse? Output { get; init; }

    public ImmutableArray<Member> Save { get; init; } = [];

    public ImmutableArray<TransitionDraft> Next { get; init; } = [];

    public RetryDraft Retry { get; init; } = RetryDraft.Empty;

    public TimeSpan? Timeout { get; init; }

    public ImmutableArray<CatchDraft> Catch { get; init; } = [];

    public Node? MaxVisits { get; init; }

    public int? Visits { get; init; }

    /// <summary>Whether it stands for an action of a FlatMachine, which handlers of the host do.</summary>
    public bool IsAction { get; init; }

    /// <summary>What a run that it starts may use, as far as somebody says.</summary>
    public Cost? Budget { get; init; }

    /// <summary>Whether it starts a run of another workflow, to wait for it or not.</summary>
    public bool StartsRun => Kind is StateKind.Workflow or StateKind.Launch;

    /// <summary>Whether it asks for something that is tried again when it fails.</summary>
    public bool IsActivity => Kind is StateKind.Agent or StateKind.Tool or StateKind.Workflow;

    /// <summary>Where agents are asked, tools called and workflows run: its branches, or itself.</summary>
    public IEnumerable<StateDraft> Activities => Kind is StateKind.Parallel or StateKind.ForEach ? Branches : [this];

    public bool EndsRun => Kind is StateKind.End or StateKind.Fail;

    /// <summary>The states that may follow, where they are written.</summary>
    public IEnumerable<Node> Targets => Next.Select(n => n.To).Concat(Catch.Select(c => c.To)).OfType<Node>();
}

/// <summary>How a fan-out goes about its branches, with gaps.</summary>
/// <param name="Part">All that is said about it.</param>
/// <param name="In">The list.</param>
/// <param name="As">What an item is called; null where the default is.</param>
/// <param name="Key">What names an item.</param>
/// <param name="Limit">How many are under way at once.</param>
/// <param name="Settle">How many have to succeed.</param>
/// <param name="OnFailure">What a failure means.</param>
internal sealed record FanOutDraft(
    Node Part, Node? In, Node? As, Node? Key, int? Limit, Node? Settle, Node? OnFailure)
{
    public const string DefaultItem = "item";

    public string Item => As?.Text ?? DefaultItem;

    public bool Collects => OnFailure?.Text == "collect";

    /// <summary>How many have to succeed; null all.</summary>
    public int? Quorum => Settle is not { } settle || settle.Text == "all" ? null
        : settle.Text == "any" ? 1
        : int.TryParse(settle.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var quorum) ? quorum
        : null;
}

/// <summary>A workflow with gaps.</summary>
internal sealed record WorkflowDraft(DocumentDraft Document)
{
    /// <summary>Whether it was read only because others refer to it.</summary>
    public bool IsReferredTo { get; init; }

    public SchemaUse? Input { get; init; }

    public ImmutableArray<Member> Context { get; init; } = [];

    public long? Activities { get; init; }

    public TimeSpan? Time { get; init; }

    public int? Depth { get; init; }

    public long? Launches { get; init; }

    public long? Tokens { get; init; }

    public long? MicroUsd { get; init; }

    /// <summary>Where a run goes for which its budget is too small.</summary>
    public Node? Exceeded { get; init; }

    public TimeSpan? Deadline { get; init; }

    public int? LinearHops { get; init; }

    public int? CyclicHops { get; init; }

    /// <summary>The names of the agents that its states ask.</summary>
    public IEnumerable<string> Asked => States.SelectMany(s => s.Activities)
        .Where(s => s.Kind is StateKind.Agent)
        .Select(s => s.Subject?.Text)
        .OfType<string>()
        .Distinct();

    /// <summary>The names of the workflows that its states run.</summary>
    public IEnumerable<string> Calls => States.SelectMany(s => s.Activities)
        .Where(s => s.StartsRun)
        .Select(s => s.Subject?.Text)
        .OfType<string>()
        .Distinct();

    public Node? Start { get; init; }

    public string? Description { get; init; }

    public ImmutableArray<StateDraft> States { get; init; } = [];

    /// <summary>The paths that its expressions begin with.</summary>
    public required IReadOnlyList<PathUse> Uses { get; init; }
}

internal sealed record AnswerDraft(Node? When, Node? Answer, RehearsedFailure? Fail);

internal sealed record RehearsedFailure(string? Code, string? Class, string? Message, TimeSpan? RetryAfter);

/// <summary>An agent with gaps.</summary>
internal sealed record AgentDraft(DocumentDraft Document)
{
    public Node? Model { get; init; }

    /// <summary>Whether it is written in another format, which knows models that this process may not have.</summary>
    public bool IsForeign { get; init; }

    public Node? Instructions { get; init; }

    public Node? Prompt { get; init; }

    public SchemaUse? Input { get; init; }

    public SchemaUse? Output { get; init; }

    public decimal? Temperature { get; init; }

    public int? MaxOutputTokens { get; init; }

    public Price? Price { get; init; }

    public CallRate? Rate { get; init; }

    /// <summary>Whether it says where its answers are, right or wrong.</summary>
    public bool HasAnswers { get; init; }

    public ImmutableArray<AnswerDraft> Answers { get; init; } = [];

    /// <summary>The paths that its expressions begin with.</summary>
    public required IReadOnlyList<PathUse> Uses { get; init; }
}

/// <summary>A policy with gaps.</summary>
internal sealed record PolicyDraft(DocumentDraft Document)
{
    public ImmutableArray<Node> Read { get; init; } = [];

    public ImmutableArray<Node> Write { get; init; } = [];

    public ImmutableArray<Node> Env { get; init; } = [];

    /// <summary>Where the default retry rule stands.</summary>
    public Node? RetryNode { get; init; }

    public RetryDraft Retry { get; init; } = RetryDraft.Empty;

    /// <summary>The paths that its expressions begin with.</summary>
    public required IReadOnlyList<PathUse> Uses { get; init; }
}

/// <summary>All documents that were loaded together.</summary>
internal sealed record Drafted(
    ImmutableArray<DocumentDraft> Documents,
    ImmutableArray<WorkflowDraft> Workflows,
    ImmutableArray<AgentDraft> Agents,
    ImmutableArray<PolicyDraft> Policies,
    SchemaBook Schemas)
{
    public IEnumerable<string> NamesOf(Shapes.DocumentKind kind) =>
        Documents.Where(d => d.Kind == kind.Name).Select(d => d.Name);
}
