using System.Diagnostics;
using System.Text.Json.Serialization;
using Orleans.Agents.Failures;

namespace Orleans.Agents.Runs;

/// <summary>
/// How large what a run asks, keeps and remembers may become; fixed when it starts, and handed on to its child runs. What is
/// null is as large as <see cref="RunLimits"/> allows anything to be.
/// </summary>
/// <param name="Prompt">The most bytes that a model is told in one attempt.</param>
/// <param name="Context">The most bytes of the context in all.</param>
/// <param name="Payload">The most bytes of one input or output.</param>
/// <param name="History">How many facts there may be about it.</param>
public sealed record SizeLimits(int? Prompt = null, int? Context = null, int? Payload = null, int? History = null)
{
    /// <summary>How much of a limit is used when somebody is warned, in hundredths.</summary>
    public const int WarnAt = 80;

    /// <summary>What bounds a run for which nobody said anything.</summary>
    public static SizeLimits Widest { get; } = new();

    /// <summary>The most that something may be.</summary>
    public int Of(SizeKind kind) => kind switch
    {
        SizeKind.Prompt => Prompt ?? RunLimits.PromptBytes,
        SizeKind.Context => Context ?? RunLimits.ContextBytes,
        SizeKind.Payload => Payload ?? RunLimits.PayloadBytes,
        SizeKind.History => History ?? RunLimits.Facts,
        _ => throw new UnreachableException(kind.ToString()),
    };

    /// <summary>Whether something is so large that it is worth a warning.</summary>
    public bool IsNear(SizeKind kind, long size) => size * 100 >= (long)Of(kind) * WarnAt;

    /// <summary>The limits of a run.</summary>
    public static SizeLimits Of(RunState state) => state.Bounds?.Sizes ?? Widest;

    /// <summary>Why something is too large for one payload of a run; null when it is not.</summary>
    /// <param name="state">The run.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="what">What it is, at the beginning of a sentence.</param>
    internal static Failure? TooLarge(RunState state, long bytes, string what = "The output")
    {
        var most = Of(state).Of(SizeKind.Payload);
        return bytes <= most ? null : new Failure(
            FailureClass.Permanent, FailureCode.PayloadTooLarge, $"{what} has {bytes} bytes; at most {most} are allowed.");
    }

    /// <summary>
    /// The same of what a template made, which is bounded by itself: looked at only where a run may have less than that.
    /// </summary>
    internal static Failure? RenderedTooLarge(RunState state, long bytes, string what = "The output") =>
        state.Bounds?.Sizes?.Payload is null ? null : TooLarge(state, bytes, what);

    /// <summary>Why a run cannot go on with as many facts as there are about it; null when it can, or does not.</summary>
    internal static Failure? TooLong(RunState state)
    {
        var most = Of(state).Of(SizeKind.History);
        return state.Version < most || !Checkpoint.IsUnderWay(state) ? null : new Failure(
            FailureClass.Permanent,
            FailureCode.HistoryTooLarge,
            $"There are {state.Version} facts about the run; {most} are allowed. Start another run to go on.");
    }
}

/// <summary>What has a size that is bounded.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SizeKind>))]
public enum SizeKind
{
    /// <summary>What a model is told in one attempt, in bytes.</summary>
    [JsonStringEnumMemberName("prompt")]
    Prompt,

    /// <summary>What states have saved, in bytes.</summary>
    [JsonStringEnumMemberName("context")]
    Context,

    /// <summary>One input or output, or the outputs of all branches together, in bytes.</summary>
    [JsonStringEnumMemberName("payload")]
    Payload,

    /// <summary>The run's journal, in facts.</summary>
    [JsonStringEnumMemberName("history")]
    History,
}
