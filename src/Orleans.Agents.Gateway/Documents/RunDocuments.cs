using System.Collections.Immutable;
using System.Text.Json;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Failures;
using Orleans.Agents.Journal;
using Orleans.Agents.Messages;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Gateway.Documents;

/// <summary>Runs in the form of the contracts.</summary>
internal static class RunDocuments
{
    /// <summary>A run in a list.</summary>
    /// <param name="record">Its row.</param>
    /// <param name="wait">The signal that it waits for.</param>
    /// <param name="suspended">Its state, when it is suspended.</param>
    public static RunLine LineOf(RunRecord record, SignalWait? wait, RunState? suspended) => new(
        record.Id.Value,
        record.Workflow,
        record.Hash,
        StatusName.Of(record.Row.Status),
        record.Version,
        record.Owner is not null,
        record.StartedAt,
        record.UpdatedAt,
        record.Row.State,
        record.Row.FailureCode,
        KeyOf(record),
        record.Row.WakeAt,
        wait is null ? null : WaitOf(wait),
        suspended is null ? null : SuspensionOf(suspended));

    /// <summary>A run in a tree, without those it started.</summary>
    /// <param name="record">Its row.</param>
    /// <param name="state">Its state; null when that cannot be read.</param>
    public static RunTree TreeOf(RunRecord record, RunState? state) => new(
        record.Id.Value,
        record.Workflow,
        StatusName.Of(record.Row.Status),
        record.StartedAt,
        record.UpdatedAt,
        record.Row.State,
        record.Row.FailureCode,
        Books: state is null ? null : BooksDocuments.DetailsOf(state),
        ForkedFrom: state is null ? null : ForkOf(state));

    /// <summary>A run in full.</summary>
    /// <param name="record">Its row.</param>
    /// <param name="state">Its state.</param>
    /// <param name="workflow">The definition it is pinned to.</param>
    /// <param name="waits">The signals that it and its child runs wait for.</param>
    public static RunDetails DetailsOf(
        RunRecord record, RunState state, Workflow workflow, ImmutableArray<SignalWait> waits) => new()
        {
            Run = record.Id.Value,
            Workflow = record.Workflow,
            Version = state.Origin!.Version,
            Definition = record.Hash,
            Key = KeyOf(record),
            Parent = state.Origin.Parent?.Run,
            Depth = state.Origin.Parent?.Depth,
            ForkedFrom = ForkOf(state),
            CorrelationId = state.Origin.CorrelationId,
            Status = StatusName.Of(state.ShownStatus),
            Suspended = SuspensionOf(state),
            Sequence = state.Version,
            IsCarried = record.Owner is not null,
            State = state.State.Length == 0 ? null : state.State,
            Visit = state.Visit,
            Cycles = CyclesOf(state, workflow),
            StartedAt = state.StartedAt,
            UpdatedAt = state.Now,
            WaitsUntil = state is { FanOut: null, Suspension: null } ? state.WakeAt ?? NextAttemptOf(state) : null,
            WaitsFor = waits.IsEmpty ? null : [.. waits.Select(WaitOf)],
            Messages = MessagesOf(state) is { IsEmpty: false } messages ? messages : null,
            Branches = state.FanOut is { } fan ? BranchesOf(state, fan) : null,
            Undecided = UndecidedOf(state) is { IsEmpty: false } undecided ? undecided : null,
            Children = state.AwaitedChildren is null ? null : ChildrenOf(state),
            Unsettled = state.Unsettled is { IsEmpty: false } unsettled ? [.. unsettled.Select(UnsettledOf)] : null,
            Budget = BudgetOf(state),
            Books = BooksDocuments.DetailsOf(state),
            NearLimits = state.Warnings is { } warnings ? [.. warnings.Select(NearOf)] : null,
            Context = state.Context.ToImmutableSortedDictionary(c => c.Key, c => c.Value.Length, StringComparer.Ordinal),
            Error = state.Error is null ? null : FailureOf(state.Error),
            Failure = state.Failure is null ? null : FailureOf(state.Failure),
            Input = ElementOf(state.Input),
            Output = state.Status == RunStatus.Succeeded ? ElementOf(state.Output) : null,
        };

    /// <summary>A failure with its causes.</summary>
    public static FailureDetails FailureOf(Failure failure) => new(
        Failure.ClassName(failure.Class),
        failure.Code,
        failure.Message,
        failure.Origin?.State,
        failure.Origin?.Visit,
        failure.Origin?.Attempt,
        failure.Origin?.Branch,
        failure.RetryAfter?.TotalSeconds,
        failure.Details is { } details ? ElementOf(details) : null,
        failure.Cause is null ? null : FailureOf(failure.Cause));

    /// <summary>A value, byte for byte.</summary>
    public static JsonElement ElementOf(Payload payload) => JsonElement.Parse(
        payload.Utf8.Span, new JsonDocumentOptions { MaxDepth = Payload.MaxDepth });

    // Within the store a tenant's keys begin with its name, so that they are in nobody's way.
    private static string? KeyOf(RunRecord record) =>
        record is { Key: { } key, Id.Tenant: { } tenant } && key.StartsWith($"{tenant}:", StringComparison.Ordinal)
            ? key[(tenant.Length + 1)..]
            : record.Key;

    private static ImmutableArray<CycleDetails> CyclesOf(RunState state, Workflow workflow) =>
    [
        .. workflow.States.Values
            .Where(s => s.MaxVisits > 1 && state.Visits.ContainsKey(s.Name))
            .Select(s => new CycleDetails(
                s.Name,
                state.Visits[s.Name],
                s.MaxVisits!.Value,
                s.MaxVisits.Value - state.Visits[s.Name],
                s.Name == state.State)),
    ];

    private static ForkOrigin? ForkOf(RunState state) =>
        state.Origin!.Fork is { } fork ? new ForkOrigin(fork.Run, fork.Version, fork.IsEdited is true) : null;

    private static SuspensionDetails? SuspensionOf(RunState state) => state.Suspension is { } suspension
        ? new SuspensionDetails(suspension.Since, suspension.Reason, suspension.IsByParent is true ? state.Origin!.Parent?.Run : null, suspension.Code)
        : null;

    private static NearLimit NearOf(SizeWarning warning) => new(
        SizeName.Of(warning.Kind),
        warning.Size,
        warning.Limit,
        SizeName.UnitOf(warning.Kind),
        warning.At,
        warning.State.Length == 0 ? null : warning.State);

    private static ImmutableArray<MessageDetails> MessagesOf(RunState state) =>
    [
        .. (state.Heard ?? []).Select(heard => MessageOf(heard.Message, isTold: true)),
        .. (state.Messages ?? ImmutableList<AgentMessage>.Empty).Select(message => MessageOf(message, isTold: false)),
    ];

    private static MessageDetails MessageOf(AgentMessage message, bool isTold) => new(
        message.Id,
        message.SenderRole,
        message.RecipientRole,
        message.HopIndex,
        message.At,
        isTold,
        ElementOf(message.Payload));

    private static WaitDetails WaitOf(SignalWait wait) =>
        new(wait.Run.Value, wait.State, wait.Signal, wait.Since, wait.Until);

    private static BranchesDetails BranchesOf(RunState state, FanOut fan) => new(
        fan.Count, fan.Needed, fan.Succeeded, fan.Failed, fan.Count - fan.Next, state.WakeAt);

    private static ImmutableArray<UndecidedCall> UndecidedOf(RunState state) =>
    [
        .. state.Open.Where(open => open.Value.AwaitsDecision).Select(open => new UndecidedCall(
            new ActivityId(new RunId(state.Origin!.Run), state.Visit, open.Key).ToString(),
            state.State,
            open.Key,
            open.Value.Attempt,
            FailureOf(open.Value.Call!.Unknown!))),
    ];

    private static ImmutableArray<AwaitedRun> ChildrenOf(RunState state) =>
    [
        .. state.Open.Where(open => open.Value.Child is not null)
            .Select(open => new AwaitedRun(open.Value.Child!, open.Key, open.Value.Attempt, open.Value.Until)),
    ];

    private static UnsettledWork UnsettledOf(UnsettledCall call) =>
        new(call.State, call.Visit, call.Branch, call.Attempt, call.Child);

    private static BudgetDetails BudgetOf(RunState state) => new(
        state.ActivitiesUsed,
        state.Bounds!.Activities,
        state.ActiveTime.TotalSeconds,
        state.Bounds.ActiveTime.TotalSeconds,
        state.LaunchesUsed ?? 0,
        state.Bounds.Launches ?? Budget.DefaultLaunches,
        state.Bounds.Deadline);

    private static DateTimeOffset? NextAttemptOf(RunState state) =>
        state.Open.Values.FirstOrDefault(activity => activity.IsRetry)?.Since;
}
