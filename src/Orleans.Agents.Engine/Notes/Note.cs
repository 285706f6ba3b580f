using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans.Agents.Budgets;
using Orleans.Agents.Failures;
using Orleans.Agents.Journal;
using Orleans.Agents.Messages;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;

namespace Orleans.Agents.Notes;

/// <summary>What somebody who does not carry a run may want of it; stored in the run's inbox under these names.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Cancel), "cancel")]
[JsonDerivedType(typeof(Decide), "decide")]
[JsonDerivedType(typeof(LateResult), "late_result")]
[JsonDerivedType(typeof(ChildEnded), "child_ended")]
[JsonDerivedType(typeof(Signal), "signal")]
[JsonDerivedType(typeof(Message), "message")]
[JsonDerivedType(typeof(Suspend), "suspend")]
[JsonDerivedType(typeof(Resume), "resume")]
internal abstract record Note
{
    private Note()
    {
    }

    /// <summary>What it means to the run.</summary>
    public RunCommand ToCommand() => this switch
    {
        Cancel cancel => new RunCommand.Cancel(cancel.Reason),
        Decide decide => new RunCommand.Decide(decide.Visit, decide.Branch, decide.Attempt, decide.ToVerdict()),
        LateResult late => new RunCommand.ReportLate(late.Visit, late.Branch, late.Attempt, late.Output, late.Failure),
        ChildEnded child => new RunCommand.ReportChild(
            child.Visit, child.Branch, child.Attempt, child.Output, child.Failure, child.Spent),
        Signal signal => new RunCommand.Signal(signal.Name, signal.Id, signal.Payload),
        Message message => new RunCommand.Hear(message.Told),
        Suspend suspend => new RunCommand.Suspend(suspend.Reason, suspend.ByParent is true),
        Resume resume => new RunCommand.Resume(resume.ByParent is true),
        _ => throw new UnreachableException(GetType().Name),
    };

    /// <summary>The note as it is stored.</summary>
    public ReadOnlyMemory<byte> Write()
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using var json = new Utf8JsonWriter(buffer, JsonText.Writing);
        JsonSerializer.Serialize(json, this, NoteJson.Default.Note);
        json.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>Reads a stored note.</summary>
    /// <exception cref="HistoryException">It is of a kind this program does not know, or damaged.</exception>
    public static Note Read(InboxNote stored)
    {
        try
        {
            return JsonSerializer.Deserialize(stored.Body.Span, NoteJson.Default.Note)
                ?? throw new JsonException("The note is null.");
        }
        catch (Exception unknown) when (unknown is JsonException or NotSupportedException)
        {
            throw new HistoryException(
                "history.too_new",
                $"Run {stored.Run}: note {stored.Id} in its inbox is not known to this version: {unknown.Message}",
                unknown);
        }
    }

    /// <summary>Stop: the run is to fail with <c>run.cancelled</c>.</summary>
    /// <param name="Reason">Why, for people.</param>
    public sealed record Cancel(string? Reason = null) : Note;

    /// <summary>Somebody decided about an attempt whose outcome nobody knows.</summary>
    /// <param name="Visit">The visit that asked for it.</param>
    /// <param name="Branch">The branch of the visit.</param>
    /// <param name="Attempt">The attempt.</param>
    /// <param name="Verdict">What was decided.</param>
    /// <param name="Output">What it is to have produced, when it is accepted.</param>
    /// <param name="Reason">Why it is to have failed, when it is.</param>
    public sealed record Decide(
        int Visit, int Branch, int Attempt, VerdictKind Verdict, Payload? Output = null, string? Reason = null) : Note
    {
        /// <summary>The note of a verdict.</summary>
        public static Decide Of(ActivityId activity, int attempt, Verdict verdict)
        {
            var (_, visit, branch) = activity;
            return verdict switch
            {
                Runs.Verdict.Retry => new Decide(visit, branch, attempt, VerdictKind.Retry),
                Runs.Verdict.Accept accept => new Decide(visit, branch, attempt, VerdictKind.Accept, accept.Output),
                Runs.Verdict.Fail fail => new Decide(visit, branch, attempt, VerdictKind.Fail, Reason: fail.Reason),
                _ => throw new UnreachableException(verdict.GetType().Name),
            };
        }

        /// <summary>The verdict of the note.</summary>
        public Verdict ToVerdict() => Verdict switch
        {
            VerdictKind.Retry => new Verdict.Retry(),
            VerdictKind.Accept => new Verdict.Accept(Output ?? Payload.Null),
            VerdictKind.Fail => new Verdict.Fail(Reason),
            _ => throw new UnreachableException(Verdict.ToString()),
        };
    }

    /// <summary>How a call went that must not be made twice, told by a process that lost the run meanwhile.</summary>
    public sealed record LateResult(
        int Visit, int Branch, int Attempt, Payload? Output = null, Failure? Failure = null) : Note;

    /// <summary>A run that this one started is over.</summary>
    /// <param name="Visit">The visit that asked for it.</param>
    /// <param name="Branch">The branch of the visit.</param>
    /// <param name="Attempt">The attempt that it was.</param>
    /// <param name="Output">What it ended with, when it ended well.</param>
    /// <param name="Failure">Why it failed.</param>
    /// <param name="Spent">Its books at its end.</param>
    public sealed record ChildEnded(
        int Visit, int Branch, int Attempt, Payload? Output = null, Failure? Failure = null, Books? Spent = null) : Note;

    /// <summary>Somebody outside tells the run something that a state waits for, or will.</summary>
    public sealed record Signal(string Name, string Id, Payload Payload) : Note;

    /// <summary>An agent of another run of the tree tells one of this run something.</summary>
    public sealed record Message(AgentMessage Told) : Note;

    /// <summary>Begin nothing until the run is resumed.</summary>
    /// <param name="Reason">Why, for people.</param>
    /// <param name="ByParent">Whether the run that waits for it is suspended.</param>
    public sealed record Suspend(string? Reason = null, bool? ByParent = null) : Note;

    /// <summary>Go on.</summary>
    /// <param name="ByParent">Whether the run that waits for it goes on.</param>
    public sealed record Resume(bool? ByParent = null) : Note;
}

/// <summary>The stored form of notes. A change here is a change of file format.</summary>
// As deep as stored facts may be: what is in a note becomes part of one.
[JsonSourceGenerationOptions(
    MaxDepth = 256,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowOutOfOrderMetadataProperties = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Note))]
internal sealed partial class NoteJson : JsonSerializerContext;
