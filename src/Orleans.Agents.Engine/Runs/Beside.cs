using System.Diagnostics;
using System.Globalization;
using Orleans.Agents.Budgets;
using Orleans.Agents.Failures;
using Orleans.Agents.Journal;
using Orleans.Agents.Notes;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>
/// What one append of a run does to others, stored in its transaction: the runs it starts, the notes it leaves for its
/// children, and for its parent when it is over.
/// </summary>
internal sealed class Beside(
    RunId run, Epoch epoch, DateTimeOffset at, RunServices services, string? traceparent = null)
{
    private readonly List<BornRun> born = [];
    private readonly List<LeftNote> notes = [];

    /// <summary>The runs that begin.</summary>
    public IReadOnlyList<BornRun> Born => born;

    /// <summary>The notes that are left.</summary>
    public IReadOnlyList<LeftNote> Notes => notes;

    /// <summary>Whether a decision does anything to other runs.</summary>
    public static bool IsNeeded(Decision.Accepted accepted) =>
        !accepted.Children.IsEmpty
        || !accepted.Abandoned.IsEmpty
        || !accepted.Sent.IsEmpty
        || (accepted.Next.AwaitedChildren is not null && IsSuspendedOrResumed(accepted))
        || (accepted.Next.IsOver && accepted.Next.Origin!.Parent is { IsLaunched: not true });

    /// <summary>Takes in what a decision does to other runs.</summary>
    public void Add(Decision.Accepted accepted)
    {
        foreach (var child in accepted.Children)
        {
            Start(child);
        }

        foreach (var child in accepted.Abandoned)
        {
            Leave(child, "abandoned", new Note.Cancel($"Run {run} does not wait for it any more."));
        }

        foreach (var (other, message) in accepted.Sent)
        {
            Leave(other, $"message-{message.Id}", new Note.Message(message));
        }

        TellChildren(accepted);
        if (accepted.Next is { IsOver: true } ended)
        {
            TellParent(ended);
        }
    }

    /// <summary>The append with all of it.</summary>
    public Append With(Append append) => append with
    {
        Children = [.. born.Select(child => child.Append)],
        Notes = [.. notes.Select(left => left.Note)],
    };

    // A run that is taken over may be suspended with that; it is the last thing that happens to it then.
    private static bool IsSuspendedOrResumed(Decision.Accepted accepted) =>
        accepted.Events[0] is RunEvent.Suspended or RunEvent.Resumed || accepted.Events[^1] is RunEvent.Suspended;

    private void Start(ChildStart child)
    {
        var command = new RunCommand.Start(
            child.Run,
            child.CorrelationId,
            child.Input,
            Folder: child.Folder,
            Env: RunVariables.Of(child.Workflow),
            Epoch: epoch,
            Parent: child.Parent,
            DepthLeft: child.DepthLeft,
            Allotted: child.Allotted,
            Traceparent: traceparent ?? child.Traceparent,
            Sizes: child.Sizes);
        if (Run.Decide(child.Workflow, RunState.Initial, command, at) is not Decision.Accepted start)
        {
            throw new UnreachableException($"The start of {child.Run} was refused.");
        }

        var writer = new RunWriter(child.Run, child.Workflow, default, epoch, services);
        var append = writer.Prepare(RunState.Initial, start.Next, start.Events, [], start.At);
        born.Add(new BornRun(child.Run, child.Workflow, start, append));
        if (start.Next.IsOver)
        {
            TellParent(start.Next);
        }
    }

    // Who waits for them begins nothing, or goes on: so do they.
    private void TellChildren(Decision.Accepted accepted)
    {
        var version = accepted.Next.Version;
        (string Id, Note Note)? told = (accepted.Events[^1] is RunEvent.Suspended last ? last : accepted.Events[0]) switch
        {
            RunEvent.Suspended { Reason: null } => ($"suspended-{version}", new Note.Suspend($"Run {run} is suspended.", true)),
            RunEvent.Suspended { Reason: var why } => ($"suspended-{version}", new Note.Suspend($"Run {run} is suspended: {why}", true)),
            RunEvent.Resumed => ($"resumed-{version}", new Note.Resume(true)),
            _ => null,
        };
        if (told is var (id, note))
        {
            foreach (var child in accepted.Next.Open.Values.Select(open => open.Child).OfType<string>())
            {
                Leave(new RunId(child), id, note);
            }
        }
    }

    private void TellParent(RunState ended)
    {
        if (ended.Origin!.Parent is { IsLaunched: not true } parent)
        {
            var (visit, branch, attempt) = (parent.Visit, parent.Branch, parent.Attempt);
            var id = string.Create(CultureInfo.InvariantCulture, $"child-{visit}-{branch}-{attempt}");
            var spent = ended.Bounds!.KeepsBooks ? Books.Of(ended) : null;
            Leave(new RunId(parent.Run), id, ended.Failure is { } failure
                ? new Note.ChildEnded(visit, branch, attempt, Failure: failure, Spent: spent)
                : new Note.ChildEnded(visit, branch, attempt, ended.Output.IsNull ? null : ended.Output, Spent: spent));
        }
    }

    private void Leave(RunId other, string id, Note note)
    {
        var body = note.Write();
        if (body.Length > InboxNote.MaxBytes && note is Note.ChildEnded { Failure: { } failure } ended)
        {
            note = ended with
            {
                Failure = new Failure(failure.Class, failure.Code, failure.Message[..Math.Min(failure.Message.Length, RunLimits.ReasonLength)], Origin: failure.Origin),
            };
            body = note.Write();
        }

        notes.Add(new LeftNote(new InboxNote(other, id, at, body), note.ToCommand()));
    }
}

/// <summary>A run that another started.</summary>
/// <param name="Id">The run.</param>
/// <param name="Workflow">What it is a run of.</param>
/// <param name="Start">How it begins.</param>
/// <param name="Append">That as it is stored.</param>
internal sealed record BornRun(RunId Id, Workflow Workflow, Decision.Accepted Start, Append Append);

/// <summary>A note for another run, and what it means to that.</summary>
internal sealed record LeftNote(InboxNote Note, RunCommand Command);
