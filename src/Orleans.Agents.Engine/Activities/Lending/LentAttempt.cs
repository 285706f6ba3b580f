using System.Text.Json;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;
using Orleans.Agents.Telemetry;
using Orleans.Agents.Values;

namespace Orleans.Agents.Activities.Lending;

/// <summary>An attempt that another process is to make.</summary>
/// <param name="Run">The run that asks for it.</param>
/// <param name="Hash">The definition the run is pinned to.</param>
/// <param name="Visit">Which visit of the run asks for it.</param>
/// <param name="Branch">Which branch of the visit.</param>
/// <param name="Number">Which attempt it is.</param>
/// <param name="State">The state that asks for it.</param>
/// <param name="Input">What the agent or tool works on.</param>
/// <param name="Timeout">How long it may take.</param>
/// <param name="Known">What of the run's state agents and tools may see.</param>
/// <param name="Traceparent">The span of the visit that asks for it, in W3C's form; null when nobody watches there.</param>
internal sealed record LentAttempt(
    RunId Run,
    string Hash,
    int Visit,
    int Branch,
    int Number,
    string State,
    Payload Input,
    TimeSpan Timeout,
    Payload Known,
    string? Traceparent = null)
{
    /// <summary>
    /// Whether an attempt may be made elsewhere: not a call that must not be made twice, whose intent only the carrier can
    /// store, nor one whose files lie on this machine.
    /// </summary>
    public static bool IsPossible(LaneItem item) =>
        !item.IsReconciliation
        && item.State.Origin?.Folder is null
        && item.Asked is not Workflows.State.ToolCall { Effect: Tools.ToolEffect.Once };

    public static LentAttempt From(LaneItem item)
    {
        var (run, visit, branch) = item.Attempt.Activity;
        var known = JsonSerializer.SerializeToUtf8Bytes(VisibleOf(item.State), RunJson.Default.RunState);
        return new LentAttempt(
            run,
            item.Workflow.Hash,
            visit,
            branch,
            item.Attempt.Number,
            item.Attempt.State,
            item.Attempt.Input,
            item.Attempt.Timeout,
            Payload.FromTrusted(known),
            TraceContext.Write(item.Host.Span));
    }

    public RunWork.Attempt ToAttempt() =>
        new(new ActivityId(Run, Visit, Branch), Number, State, Input, null, Timeout);

    /// <exception cref="JsonException">The other process is of a version too far from this one.</exception>
    public RunState ToState() => JsonSerializer.Deserialize(Known.Utf8.Span, RunJson.Default.RunState)!;

    // Results of ten thousand branches are not sent along with each of them.
    private static RunState VisibleOf(RunState state) => state with
    {
        Context = PayloadMap.Empty,
        FanOut = null,
        Unsettled = null,
        Signals = null,
        Messages = null,
        Error = null,
        Open = state.Open.RemoveRange(state.Open.Keys.Where(branch => branch != 0)),
    };
}
