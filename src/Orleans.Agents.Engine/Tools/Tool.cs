using Microsoft.Extensions.AI;
using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;

namespace Orleans.Agents.Tools;

/// <summary>A function that a state may call: what it takes and gives, what it may touch, and how to call it.</summary>
/// <param name="Name">What a workflow calls it: lower-case words with dots, such as <c>files.tree</c>.</param>
/// <param name="Description">What it does, in a sentence that a model can act on.</param>
/// <param name="InputSchema">JSON Schema of its input; the engine checks every call against it.</param>
/// <param name="OutputSchema">JSON Schema of its output; the engine checks every answer against it.</param>
/// <param name="Effect">
/// What calling it twice does. A statement of its author that the engine goes by: after a crash it calls again what is
/// <see cref="ToolEffect.None"/> or <see cref="ToolEffect.Idempotent"/>, and never what is <see cref="ToolEffect.Once"/>.
/// </param>
/// <param name="Capabilities">
/// What it may touch, such as <see cref="Capability.FilesRead"/>. A statement of its author: the engine refuses nothing
/// because of it; a tool keeps to <see cref="ToolCall.Files"/> itself, as the built-in ones do.
/// </param>
/// <param name="Body">The function.</param>
public sealed record Tool(
    string Name,
    string Description,
    Payload InputSchema,
    Payload? OutputSchema,
    ToolEffect Effect,
    IReadOnlyList<string> Capabilities,
    ToolBody Body)
{
    /// <summary>
    /// Finds out what became of a call whose result was lost; null when that cannot be found out. Only for tools with
    /// effect <see cref="ToolEffect.Once"/>.
    /// </summary>
    public ToolReconcile? Reconcile { get; init; }

    /// <summary>
    /// Makes a tool of any function. What the function throws becomes a failure <c>tool.failed</c>; only the
    /// cancellation that the caller asked for stays an exception.
    /// </summary>
    /// <param name="function">The function; its name and schemas are the tool's.</param>
    /// <param name="effect">What calling it twice does.</param>
    /// <param name="capabilities">What it may touch, as a statement; the engine refuses nothing because of it.</param>
    /// <remarks>
    /// The function finds the <see cref="ToolCall"/>, with the idempotency key, under <c>typeof(ToolCall)</c> in
    /// <see cref="AIFunctionArguments.Context"/>.
    /// </remarks>
    public static Tool FromFunction(
        AIFunction function, ToolEffect effect, params IReadOnlyList<string> capabilities) =>
        FunctionTool.From(function, effect, capabilities);
}

/// <summary>
/// Does a tool's work. What goes wrong with the work is a <see cref="ToolResult.Failed"/>, not an exception: when a tool
/// with effect <see cref="ToolEffect.Once"/> throws, nobody knows whether it happened.
/// </summary>
public delegate ValueTask<ToolResult> ToolBody(ToolCall call, CancellationToken cancellation);

/// <summary>
/// Finds out what became of a call: the same input, activity and attempt, and the epoch of the process that asks.
/// </summary>
public delegate ValueTask<Reconciliation> ToolReconcile(ToolCall call, CancellationToken cancellation);

/// <summary>One call of a tool.</summary>
/// <param name="Input">The input; it satisfies the tool's schema.</param>
/// <param name="Activity">The idempotency key: the same for every attempt, and when it is asked what became of one.</param>
/// <param name="Attempt">Which attempt it is, counted from 1.</param>
/// <param name="Epoch">
/// Grows with every takeover of the run, and is greater in a fork than it was in the other run: a tool that has been called for the
/// same run and activity under a greater one can refuse the call, because whoever makes it carries the run no longer.
/// </param>
/// <param name="Files">Where it may read and write files.</param>
public sealed record ToolCall(Payload Input, ActivityId Activity, int Attempt, Epoch Epoch, FileRoots Files)
{
    /// <summary>
    /// The run that makes the call. That of <see cref="Activity"/>, unless the run was forked from another that had asked for the
    /// same work: then the key is the other's, and this is the fork.
    /// </summary>
    public RunId Run { get; init; } = Activity.Run;

    /// <summary>The run's correlation id: the same on every call, span and message of a run.</summary>
    public Guid CorrelationId { get; init; }
}

/// <summary>What a tool may touch.</summary>
public static class Capability
{
    /// <summary>Reads files.</summary>
    public const string FilesRead = "filesystem.read";

    /// <summary>Creates or changes files.</summary>
    public const string FilesWrite = "filesystem.write";
}

/// <summary>What a tool answers.</summary>
public abstract record ToolResult
{
    private ToolResult()
    {
    }

    /// <summary>It worked.</summary>
    public sealed record Succeeded(Payload Output) : ToolResult;

    /// <summary>
    /// It did not; of class <see cref="FailureClass.UnknownOutcome"/>, nobody knows whether it did.
    /// </summary>
    public sealed record Failed(Failure Failure) : ToolResult;
}
