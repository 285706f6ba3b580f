using System.Collections.Immutable;
using System.Text.Json;
using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;
using RunLine = Orleans.Agents.Cli.Documents.RunLine;

namespace Orleans.Agents.Cli.Remote;

/// <summary>What a gateway answered, in the form of the command line's documents; what it does not say is left out.</summary>
internal static class AnswerDocuments
{
    /// <summary>A run in a list.</summary>
    public static RunLine LineOf(Client.Contracts.RunLine line) => new(
        line.Run,
        line.Workflow,
        line.Definition,
        line.Status,
        line.State,
        line.FailureCode,
        line.Key,
        line.StartedAt,
        line.UpdatedAt,
        line.WakeAt,
        line.WaitsFor is { } wait ? WaitOf(wait) : null,
        SuspensionOf(line.Run, line.Suspended));

    /// <summary>How a run stands.</summary>
    public static RunDocument RunOf(RunDetails run)
    {
        var cycles = run.Cycles.Select(c => new CycleDocument(
            c.State, c.Current, c.Max, c.Remaining, c.IsNow, CycleDocument.TextOf(c.State, c.Current, c.Max))).ToImmutableArray();
        return new RunDocument
        {
            Run = run.Run,
            Workflow = run.Workflow,
            Version = run.Version,
            Hash = run.Definition,
            Key = run.Key,
            Parent = run.Parent,
            Depth = run.Depth,
            ForkedFrom = ForkOf(run.ForkedFrom),
            CorrelationId = run.CorrelationId,
            Status = run.Status,
            Suspended = SuspensionOf(run),
            State = run.State,
            Visit = run.Visit,
            Cycle = cycles.FirstOrDefault(c => c.IsNow)?.Text,
            Cycles = cycles,
            StartedAt = run.StartedAt,
            UpdatedAt = run.UpdatedAt,
            WaitsUntil = run.WaitsUntil,
            WaitsFor = run.WaitsFor is { } waits ? [.. waits.Select(WaitOf)] : null,
            Messages = run.Messages is { } messages ? [.. messages.Select(MessageOf)] : null,
            Branches = run.Branches is { } b
                ? new BranchesDocument(b.Count, b.Needed, b.Succeeded, b.Failed, b.Waiting, b.Until, Open: null)
                : null,
            Undecided = run.Undecided is { } undecided ? [.. undecided.Select(call => UndecidedOf(run.Run, call))] : null,
            Children = run.Children is { } children
                ? [.. children.Select(c => new ChildDocument(c.Run, c.Branch, c.Attempt, c.Until))]
                : null,
            Unsettled = run.Unsettled is { } unsettled
                ? [.. unsettled.Select(call => new UnsettledCall(call.State, call.Visit, call.Branch, call.Attempt, call.Child))]
                : null,
            Budget = BudgetOf(run.Budget),
            Books = run.Books is { } books ? BooksOf(books) : null,
            NearLimits = run.NearLimits is { } sizes ? [.. sizes.Select(NearOf)] : null,
            Context = run.Context,
            Error = run.Error is null ? null : FailureOf(run.Error),
            Failure = run.Failure is null ? null : FailureOf(run.Failure),
            Output = OutputOf(run),
        };
    }

    /// <summary>A run with those it started.</summary>
    public static TreeDocument TreeOf(RunTree tree) => new(
        tree.Run, tree.Workflow, tree.Status, tree.State, tree.FailureCode, tree.StartedAt, tree.UpdatedAt)
    {
        Children = tree.Children is { } children ? [.. children.Select(TreeOf)] : null,
        HasMore = tree.HasMore,
        Books = tree.Books is { } books ? BooksOf(books) : null,
        ForkedFrom = ForkOf(tree.ForkedFrom),
    };

    /// <summary>How a run ended that did.</summary>
    public static RunEnd EndOf(RunDetails run) => new(
        run.Run,
        run.UpdatedAt - run.StartedAt,
        run.Budget.ActivitiesUsed,
        OutputOf(run),
        run.Failure is null ? null : FailureOf(run.Failure));

    /// <summary>Since when and why a run begins nothing; null when it is not suspended.</summary>
    public static SuspensionDocument? SuspensionOf(RunDetails run) => SuspensionOf(run.Run, run.Suspended);

    private static SuspensionDocument? SuspensionOf(string run, SuspensionDetails? suspended) => suspended is null
        ? null
        : new SuspensionDocument(
            suspended.Since, suspended.Reason, suspended.Parent, $"agents runs resume {suspended.Parent ?? run}", suspended.Code);

    private static ForkedFromDocument? ForkOf(ForkOrigin? fork) =>
        fork is null ? null : new ForkedFromDocument(fork.Run, fork.Sequence, fork.IsEdited);

    private static SizeDocument NearOf(NearLimit near) =>
        new(near.Kind, near.Size, near.Limit, near.Unit, near.Size * 100 / near.Limit, near.State, near.At);

    // An output that is null looks like none on its way.
    private static JsonElement? OutputOf(RunDetails run) => run switch
    {
        { Output: { } output } => output,
        { Status: "succeeded" } => Json.ElementOf(Payload.Null),
        _ => null,
    };

    private static MessageDocument MessageOf(MessageDetails message) => new(
        message.Id,
        message.SenderRole,
        message.RecipientRole,
        message.HopIndex,
        HopsLeft: null,
        message.SentAt,
        message.IsTold,
        message.Payload);

    private static WaitDocument WaitOf(WaitDetails wait) => new(
        wait.Run, wait.State, wait.Signal, wait.Since, wait.Until, WaitDocument.CommandOf(wait.Run, wait.Signal));

    private static UndecidedDocument UndecidedOf(string run, UndecidedCall call) => new(
        call.Activity,
        call.State,
        call.Branch,
        call.Attempt,
        FailureOf(call.Why),
        UndecidedDocument.CommandsOf(run, call.Activity));

    private static BudgetDocument BudgetOf(BudgetDetails budget) => new(
        budget.ActivitiesUsed,
        budget.ActivitiesAllowed,
        budget.ActiveSeconds,
        budget.ActiveSecondsAllowed,
        budget.LaunchesUsed,
        budget.LaunchesAllowed,
        DepthLeft: null,
        budget.Deadline);

    private static BooksDocument BooksOf(BooksDetails books) => new(
        AmountOf(books.Activities)!,
        AmountOf(books.Launches)!,
        AmountOf(books.Tokens),
        AmountOf(books.MicroUsd),
        AmountOf(books.ActiveMilliseconds)!);

    private static AmountDocument? AmountOf(AmountDetails? amount) => amount is null
        ? null
        : new AmountDocument(amount.Limit, amount.Reserved, amount.Settled, amount.Lost);

    private static FailureDocument FailureOf(FailureDetails failure) => new(
        failure.Class,
        failure.Code,
        failure.Message,
        failure.State,
        failure.Visit,
        failure.Attempt,
        failure.RetryAfterSeconds,
        failure.Details,
        failure.Cause is null ? null : FailureOf(failure.Cause));
}
