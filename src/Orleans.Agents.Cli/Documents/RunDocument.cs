using System.Collections.Immutable;
using System.Text.Json;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Cli.Documents;

/// <summary>A run in a list.</summary>
internal sealed record RunLine(
    string Run,
    string Workflow,
    string Hash,
    string Status,
    string? State,
    string? FailureCode,
    string? Key,
    DateTimeOffset StartedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? WakeAt,
    WaitDocument? WaitsFor = null,
    SuspensionDocument? Suspended = null)
{
    /// <summary>The line of a run's row.</summary>
    public static RunLine Of(RunRecord record) => new(
        record.Id.Value,
        record.Workflow,
        record.Hash,
        StatusName.Of(record.Row.Status),
        record.Row.State,
        record.Row.FailureCode,
        record.Key,
        record.StartedAt,
        record.UpdatedAt,
        record.Row.WakeAt);
}

/// <summary>How a run stands, in full.</summary>
internal sealed record RunDocument
{
    public required string Run { get; init; }

    public required string Workflow { get; init; }

    public string? Version { get; init; }

    public required string Hash { get; init; }

    public string? Key { get; init; }

    /// <summary>The run that started it, when one did.</summary>
    public string? Parent { get; init; }

    /// <summary>How deep it is in its tree of runs, when it is not the root.</summary>
    public int? Depth { get; init; }

    /// <summary>Where it was forked from, when it was.</summary>
    public ForkedFromDocument? ForkedFrom { get; init; }

    public required Guid CorrelationId { get; init; }

    public required string Status { get; init; }

    /// <summary>Since when and why it begins nothing, when it is suspended.</summary>
    public SuspensionDocument? Suspended { get; init; }

    public string? State { get; init; }

    public required int Visit { get; init; }

    /// <summary>The bounded cycle the run is in, for people.</summary>
    public string? Cycle { get; init; }

    public required ImmutableArray<CycleDocument> Cycles { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When the state's wait, or the pause before its next attempt, is over.</summary>
    public DateTimeOffset? WaitsUntil { get; init; }

    /// <summary>The signals that it and the child runs it waits for, and theirs, wait for.</summary>
    public ImmutableArray<WaitDocument>? WaitsFor { get; init; }

    /// <summary>What its agents are told in their present turns, and what waits for turns to come.</summary>
    public ImmutableArray<MessageDocument>? Messages { get; init; }

    /// <summary>How far the branches of the state have come.</summary>
    public BranchesDocument? Branches { get; init; }

    /// <summary>The calls whose outcome nobody knows, and that somebody has to decide about.</summary>
    public ImmutableArray<UndecidedDocument>? Undecided { get; init; }

    /// <summary>The runs it waits for.</summary>
    public ImmutableArray<ChildDocument>? Children { get; init; }

    /// <summary>Calls and child runs under way that the run no longer waits for, or only waits for to end.</summary>
    public ImmutableArray<UnsettledCall>? Unsettled { get; init; }

    public required BudgetDocument Budget { get; init; }

    /// <summary>What was set aside of it, settled and lost, in the run and its child runs.</summary>
    public required BooksDocument? Books { get; init; }

    /// <summary>What came near its limit, each kind when it first did.</summary>
    public ImmutableArray<SizeDocument>? NearLimits { get; init; }

    /// <summary>The names of the context and the bytes of their values.</summary>
    public required ImmutableSortedDictionary<string, int> Context { get; init; }

    /// <summary>The failure that was caught last.</summary>
    public FailureDocument? Error { get; init; }

    /// <summary>What ended the run.</summary>
    public FailureDocument? Failure { get; init; }

    public JsonElement? Output { get; init; }

    /// <summary>The document of a run.</summary>
    /// <param name="record">Its row.</param>
    /// <param name="state">Its state.</param>
    /// <param name="workflow">The definition it is pinned to.</param>
    /// <param name="waits">The signals that it and its child runs wait for.</param>
    public static RunDocument Of(RunRecord record, RunState state, Workflow workflow, ImmutableArray<SignalWait> waits)
    {
        var cycles = CycleDocument.AllOf(state, workflow);
        return new RunDocument
        {
            Run = record.Id.Value,
            Workflow = record.Workflow,
            Version = state.Origin!.Version,
            Hash = record.Hash,
            Key = record.Key,
            Parent = state.Origin.Parent?.Run,
            Depth = state.Origin.Parent?.Depth,
            ForkedFrom = ForkedFromDocument.Of(state.Origin.Fork),
            CorrelationId = state.Origin.CorrelationId,
            Status = StatusName.Of(state.ShownStatus),
            Suspended = SuspensionDocument.Of(state),
            State = state.State.Length == 0 ? null : state.State,
            Visit = state.Visit,
            Cycle = cycles.FirstOrDefault(c => c.IsNow)?.Text,
            Cycles = cycles,
            StartedAt = state.StartedAt,
            UpdatedAt = record.UpdatedAt,
            WaitsUntil = state is { FanOut: null, Suspension: null } ? state.WakeAt ?? NextAttemptOf(state) : null,
            WaitsFor = waits.IsEmpty ? null : [.. waits.Select(WaitDocument.Of)],
            Messages = MessageDocument.AllOf(state, workflow),
            Branches = state.FanOut is { } fan ? BranchesDocument.Of(state, fan, workflow) : null,
            Undecided = UndecidedDocument.AllOf(state) is { IsEmpty: false } undecided ? undecided : null,
            Children = state.AwaitedChildren is null ? null : ChildDocument.AllOf(state),
            Unsettled = state.Unsettled is { } unsettled ? [.. unsettled] : null,
            Budget = BudgetDocument.Of(state),
            Books = BooksDocument.Of(state),
            NearLimits = SizeDocument.AllOf(state),
            Context = state.Context.ToImmutableSortedDictionary(
                c => c.Key, c => c.Value.Length, StringComparer.Ordinal),
            Error = state.Error is null ? null : FailureDocument.Of(state.Error),
            Failure = state.Failure is null ? null : FailureDocument.Of(state.Failure),
            Output = state.Status == RunStatus.Succeeded ? Json.ElementOf(state.Output) : null,
        };
    }

    private static DateTimeOffset? NextAttemptOf(RunState state) =>
        state.Open.Values.FirstOrDefault(a => a.IsRetry)?.Since;
}

/// <summary>How far a bounded cycle has come.</summary>
/// <param name="State">The state that bounds it.</param>
/// <param name="Current">How often it was entered.</param>
/// <param name="Max">How often it may be.</param>
/// <param name="Remaining">How often it may be still.</param>
/// <param name="IsNow">Whether the run is in it.</param>
/// <param name="Text">All that for people.</param>
internal sealed record CycleDocument(string State, int Current, int Max, int Remaining, bool IsNow, string Text)
{
    /// <summary>The cycles a run has entered.</summary>
    public static ImmutableArray<CycleDocument> AllOf(RunState state, Workflow workflow) =>
    [
        .. workflow.States.Values
            .Where(s => s.MaxVisits > 1 && state.Visits.ContainsKey(s.Name))
            .Select(s => Of(s.Name, state.Visits[s.Name], s.MaxVisits!.Value, s.Name == state.State)),
    ];

    /// <summary>What people read: <c>Review cycle 1 of 2</c>.</summary>
    public static string TextOf(string state, int current, int max)
    {
        var words = state.Replace('-', ' ').Replace('_', ' ');
        return $"{char.ToUpperInvariant(words[0])}{words[1..]} cycle {current} of {max}";
    }

    private static CycleDocument Of(string state, int current, int max, bool isNow) =>
        new(state, current, max, max - current, isNow, TextOf(state, current, max));
}

/// <summary>What a run has used of what it may use.</summary>
internal sealed record BudgetDocument(
    long ActivitiesUsed,
    long ActivitiesAllowed,
    double ActiveSeconds,
    double ActiveSecondsAllowed,
    long LaunchesUsed,
    long LaunchesAllowed,
    int? DepthLeft,
    DateTimeOffset? Deadline)
{
    /// <summary>The books of a run.</summary>
    public static BudgetDocument Of(RunState state) => new(
        state.ActivitiesUsed,
        state.Bounds!.Activities,
        state.ActiveTime.TotalSeconds,
        state.Bounds.ActiveTime.TotalSeconds,
        state.LaunchesUsed ?? 0,
        state.Bounds.Launches ?? Budget.DefaultLaunches,
        state.Bounds.Depth ?? Budget.DefaultDepth,
        state.Bounds.Deadline);
}

/// <summary>What became of a run that was carried on with others, or cancelled.</summary>
internal sealed record ResumedDocument(
    string Run, string Status, JsonElement? Output = null, FailureDocument? Failure = null);

/// <summary>A run that was started for others to carry.</summary>
/// <param name="Run">Its name.</param>
/// <param name="IsNew">Whether it was started just now, and not before under the same key or name.</param>
internal sealed record DetachedDocument(string Run, bool IsNew);

/// <summary>How many runs were removed, or would be.</summary>
internal sealed record PrunedDocument(long Runs, bool Removed);
