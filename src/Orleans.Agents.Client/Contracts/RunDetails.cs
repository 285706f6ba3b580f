using System.Collections.Immutable;
using System.Text.Json;

namespace Orleans.Agents.Client.Contracts;

/// <summary>How a run stands, in full.</summary>
public sealed record RunDetails
{
    /// <summary>Its name.</summary>
    public required string Run { get; init; }

    /// <summary>Its workflow's name.</summary>
    public required string Workflow { get; init; }

    /// <summary>The workflow's version, for people.</summary>
    public string? Version { get; init; }

    /// <summary>The hash of the definition it is pinned to.</summary>
    public required string Definition { get; init; }

    /// <summary>Its start key.</summary>
    public string? Key { get; init; }

    /// <summary>The run that started it, when one did.</summary>
    public string? Parent { get; init; }

    /// <summary>How deep it is in its tree of runs, when it is not the root.</summary>
    public int? Depth { get; init; }

    /// <summary>Where it was forked from, when it was.</summary>
    public ForkOrigin? ForkedFrom { get; init; }

    /// <summary>A UUID that stands on every call, span and message of the run.</summary>
    public required Guid CorrelationId { get; init; }

    /// <summary><c>running</c>, <c>suspended</c>, <c>succeeded</c> or <c>failed</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Since when and why it begins nothing, when it is suspended.</summary>
    public SuspensionDetails? Suspended { get; init; }

    /// <summary>How many events it has.</summary>
    public required long Sequence { get; init; }

    /// <summary>Whether some process carries it.</summary>
    public required bool IsCarried { get; init; }

    /// <summary>The state it is in; null when it is over.</summary>
    public string? State { get; init; }

    /// <summary>How many states it has entered.</summary>
    public required int Visit { get; init; }

    /// <summary>The bounded cycles it has entered.</summary>
    public required ImmutableArray<CycleDetails> Cycles { get; init; }

    /// <summary>When it was started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When the last thing happened to it.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When the state's wait, or the pause before its next attempt, is over.</summary>
    public DateTimeOffset? WaitsUntil { get; init; }

    /// <summary>The signals that it and the child runs it waits for, and theirs, wait for; null when there are none.</summary>
    public ImmutableArray<WaitDetails>? WaitsFor { get; init; }

    /// <summary>What its agents are told in their present turns, and what waits for turns to come; null when there is nothing.</summary>
    public ImmutableArray<MessageDetails>? Messages { get; init; }

    /// <summary>How far the branches of the state have come.</summary>
    public BranchesDetails? Branches { get; init; }

    /// <summary>The calls whose outcome nobody knows, and that somebody has to decide about.</summary>
    public ImmutableArray<UndecidedCall>? Undecided { get; init; }

    /// <summary>The runs it waits for.</summary>
    public ImmutableArray<AwaitedRun>? Children { get; init; }

    /// <summary>Calls and child runs under way that it no longer waits for, or only waits for to end; null when there are none.</summary>
    public ImmutableArray<UnsettledWork>? Unsettled { get; init; }

    /// <summary>What it has used of what it may use.</summary>
    public required BudgetDetails Budget { get; init; }

    /// <summary>What was set aside of it, settled and lost, in the run and its child runs.</summary>
    public BooksDetails? Books { get; init; }

    /// <summary>What came near its limit, each kind when it first did; null when nothing has.</summary>
    public ImmutableArray<NearLimit>? NearLimits { get; init; }

    /// <summary>The names of the context and the bytes of their values.</summary>
    public required ImmutableSortedDictionary<string, int> Context { get; init; }

    /// <summary>The failure that was caught last.</summary>
    public FailureDetails? Error { get; init; }

    /// <summary>What ended the run.</summary>
    public FailureDetails? Failure { get; init; }

    /// <summary>What it was started with.</summary>
    public required JsonElement Input { get; init; }

    /// <summary>What it ended with.</summary>
    public JsonElement? Output { get; init; }
}

/// <summary>Where a run was forked from.</summary>
/// <param name="Run">The run it was forked from, which it needs no more.</param>
/// <param name="Sequence">The last event that it has of that one.</param>
/// <param name="IsEdited">Whether its context was changed on the way.</param>
public sealed record ForkOrigin(string Run, long Sequence, bool IsEdited);

/// <summary>A call or child run under way that its run no longer waits for, or only waits for to end.</summary>
/// <param name="State">The state that asked for it.</param>
/// <param name="Visit">The visit of the run.</param>
/// <param name="Branch">The branch of the state.</param>
/// <param name="Attempt">Which attempt it is.</param>
/// <param name="Child">The child run, when it is one.</param>
public sealed record UnsettledWork(string State, int Visit, int Branch, int Attempt, string? Child = null);

/// <summary>How far a bounded cycle has come.</summary>
/// <param name="State">The state that bounds it.</param>
/// <param name="Current">How often it was entered.</param>
/// <param name="Max">How often it may be.</param>
/// <param name="Remaining">How often it may be still.</param>
/// <param name="IsNow">Whether the run is in it.</param>
public sealed record CycleDetails(string State, int Current, int Max, int Remaining, bool IsNow);

/// <summary>That a run begins nothing until it is resumed.</summary>
/// <param name="Since">Since when.</param>
/// <param name="Reason">Why, for people.</param>
/// <param name="Parent">The run that waits for it and with which it was suspended; null when it was for itself.</param>
/// <param name="Code">The failure code of why, where that was no person's wish: <c>run.crash_loop</c>.</param>
public sealed record SuspensionDetails(
    DateTimeOffset Since, string? Reason = null, string? Parent = null, string? Code = null);

/// <summary>That something of a run came near its limit.</summary>
/// <param name="Kind">What did: <c>prompt</c>, <c>context</c>, <c>payload</c> or <c>history</c>.</param>
/// <param name="Size">How large it was then.</param>
/// <param name="Limit">How large it may be.</param>
/// <param name="Unit">What that is counted in: <c>bytes</c> or <c>facts</c>.</param>
/// <param name="At">When that was.</param>
/// <param name="State">The state that the run was in, where it was in one.</param>
public sealed record NearLimit(string Kind, long Size, long Limit, string Unit, DateTimeOffset At, string? State = null);

/// <summary>A run that waits for a signal.</summary>
/// <param name="Run">The run that waits, and that the signal is sent to: the one that is shown, or a child run.</param>
/// <param name="State">The state that waits.</param>
/// <param name="Signal">What it waits for.</param>
/// <param name="Since">Since when.</param>
/// <param name="Until">When it stops waiting; null when it waits for ever.</param>
public sealed record WaitDetails(
    string Run, string State, string Signal, DateTimeOffset Since, DateTimeOffset? Until = null);

/// <summary>What one agent tells another inside a tree of runs.</summary>
/// <param name="Id">Its name in the tree of runs.</param>
/// <param name="SenderRole">The agent it is from.</param>
/// <param name="RecipientRole">The agent it is for.</param>
/// <param name="HopIndex">Its place in its chain, from 1.</param>
/// <param name="SentAt">When it was sent.</param>
/// <param name="IsTold">Whether its agent is told it in the present turn; else it waits for one.</param>
/// <param name="Payload">What is told.</param>
public sealed record MessageDetails(
    string Id, string SenderRole, string RecipientRole, int HopIndex, DateTimeOffset SentAt, bool IsTold, JsonElement Payload);

/// <summary>How far the branches of a state have come.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Needed">How many have to succeed.</param>
/// <param name="Succeeded">How many have.</param>
/// <param name="Failed">How many have failed for good.</param>
/// <param name="Waiting">How many have not been started.</param>
/// <param name="Until">When the state fails if it is not done.</param>
public sealed record BranchesDetails(
    int Count, int Needed, int Succeeded, int Failed, int Waiting, DateTimeOffset? Until = null);

/// <summary>A call whose outcome nobody knows, waiting for a decision.</summary>
/// <param name="Activity">The idempotency key the tool was given; the decision names it.</param>
/// <param name="State">The state that asked for it.</param>
/// <param name="Branch">The branch of the state.</param>
/// <param name="Attempt">Which attempt it was.</param>
/// <param name="Why">Why nobody knows.</param>
public sealed record UndecidedCall(string Activity, string State, int Branch, int Attempt, FailureDetails Why);

/// <summary>A child run that is waited for.</summary>
/// <param name="Run">Its name.</param>
/// <param name="Branch">The branch that waits for it.</param>
/// <param name="Attempt">Which attempt it is.</param>
/// <param name="Until">When it is not waited for any longer.</param>
public sealed record AwaitedRun(string Run, int Branch, int Attempt, DateTimeOffset? Until = null);

/// <summary>What a run has used of what it may use.</summary>
/// <param name="ActivitiesUsed">Attempts at activities.</param>
/// <param name="ActivitiesAllowed">How many there may be.</param>
/// <param name="ActiveSeconds">How long attempts were under way, added up.</param>
/// <param name="ActiveSecondsAllowed">How long they may be.</param>
/// <param name="LaunchesUsed">Runs that were launched.</param>
/// <param name="LaunchesAllowed">How many there may be.</param>
/// <param name="Deadline">When the run fails if it is not over.</param>
public sealed record BudgetDetails(
    long ActivitiesUsed,
    long ActivitiesAllowed,
    double ActiveSeconds,
    double ActiveSecondsAllowed,
    long LaunchesUsed,
    long LaunchesAllowed,
    DateTimeOffset? Deadline = null);

/// <summary>Why work did not succeed.</summary>
/// <param name="Class">The kind of failure.</param>
/// <param name="Code">A stable dotted name.</param>
/// <param name="Message">What was expected and what was found, for people.</param>
/// <param name="State">The state it happened in.</param>
/// <param name="Visit">The visit of the run.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Branch">The branch.</param>
/// <param name="RetryAfterSeconds">How long the other side asked to be left alone.</param>
/// <param name="Details">Facts for programs.</param>
/// <param name="Cause">The failure that led to this one.</param>
public sealed record FailureDetails(
    string Class,
    string Code,
    string Message,
    string? State = null,
    int? Visit = null,
    int? Attempt = null,
    string? Branch = null,
    double? RetryAfterSeconds = null,
    JsonElement? Details = null,
    FailureDetails? Cause = null);
