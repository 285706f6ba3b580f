using System.Collections.Immutable;
using Orleans.Agents.Values;

namespace Orleans.Agents.Runs;

/// <summary>
/// What facts make of the sizes in a run. A warning is no fact of its own: it follows from those there are, and from limits
/// that are fixed. Only sizes are compared that are known anyway.
/// </summary>
internal static class SizeEvolution
{
    /// <summary>The state with a warning more, where a fact brought something near its limit for the first time.</summary>
    public static RunState Notice(RunState state, RunEvent happened, long version, DateTimeOffset at)
    {
        var next = happened switch
        {
            RunEvent.ActivitySucceeded e => Notice(
                Notice(state, SizeKind.Payload, Math.Max(e.Output.Length, state.FanOut?.Bytes ?? 0), version, at),
                e.Usage,
                version,
                at),
            RunEvent.ActivityFailed e => Notice(state, e.Usage, version, at),
            RunEvent.StateLeft { Saved: not null } => Notice(state, SizeKind.Context, BytesOf(state.Context), version, at),
            RunEvent.SignalReceived e => Notice(state, SizeKind.Payload, e.Payload.Length, version, at),
            RunEvent.MessageReceived e => Notice(state, SizeKind.Payload, e.Message.Payload.Length, version, at),
            RunEvent.Started e => Notice(
                Notice(state, SizeKind.Payload, e.Input.Length, version, at), SizeKind.Context, BytesOf(e.Context), version, at),
            RunEvent.Succeeded e => Notice(state, SizeKind.Payload, e.Output.Length, version, at),
            _ => state,
        };
        return Notice(next, SizeKind.History, version, version, at);
    }

    /// <summary>The bytes of a context.</summary>
    public static long BytesOf(ImmutableSortedDictionary<string, Payload> context)
    {
        var bytes = 0L;
        foreach (var (_, value) in context)
        {
            bytes += value.Length;
        }

        return bytes;
    }

    private static RunState Notice(RunState state, Usage? usage, long version, DateTimeOffset at) =>
        usage?.PromptBytes is { } bytes ? Notice(state, SizeKind.Prompt, bytes, version, at) : state;

    private static RunState Notice(RunState state, SizeKind kind, long size, long version, DateTimeOffset at)
    {
        var limits = SizeLimits.Of(state);
        if (!limits.IsNear(kind, size) || state.Warnings?.Any(known => known.Kind == kind) is true)
        {
            return state;
        }

        var warning = new SizeWarning(kind, size, limits.Of(kind), version, at, state.State);
        return state with { Warnings = (state.Warnings ?? []).Add(warning) };
    }
}
